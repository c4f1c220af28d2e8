/* SPDX-License-Identifier: MIT */
/* The commands of versiongen, each in the file command_NAME.c. */
#ifndef VERSIONGEN_COMMANDS_H
#define VERSIONGEN_COMMANDS_H

#include "../symbols/cli.h"

extern const struct abilock_command command_tag;
extern const struct abilock_command command_map;
extern const struct abilock_command command_stub;
extern const struct abilock_command command_header;
extern const struct abilock_command command_collect;
extern const struct abilock_command command_lint;
extern const struct abilock_command command_import;
extern const struct abilock_command command_manifest;

#endif
