/* SPDX-License-Identifier: MIT */
#ifndef ABILOCK_RUNTIME_PROGRAM_PATH_H
#define ABILOCK_RUNTIME_PROGRAM_PATH_H

/**
 * Path of the program that this process runs. Where its file was replaced since, that is where the
 * new one lies.
 *
 * @return malloc'ed; "the program" where the system does not tell (no /proc); NULL when memory is
 *         out.
 */
char *abilock_program_path(void);

#endif
