/* SPDX-License-Identifier: MIT */
#ifndef DIALPLAN_H
#define DIALPLAN_H

/** What the host has without modules: the application NoOp. */
void dialplan_start(void);

/** A call from outside to `EXTENSION@CONTEXT`. @return 0 or -1. */
int dialplan_call(const char *to);

#endif
