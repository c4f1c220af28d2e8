/* SPDX-License-Identifier: MIT */
#ifndef ABILOCK_TESTS_HOST_H
#define ABILOCK_TESTS_HOST_H

void host_log(const char *text);
int host_queue_push(int value);
int host_queue_pop(void);
extern int host_table[4];
extern int host_state;
extern __thread int host_thread_depth;

#endif
