/* SPDX-License-Identifier: MIT */
/* cdr_custom: a line for each call that ended. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Customizable Comma Separated Values CDR Backend");
ABILOCK_TYPE("cdr");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_LOAD_PRIORITY("cdr_driver");
ABILOCK_PROVIDES("cdr", "custom");

static void write_record(const struct call *call)
{
	switchboard_say("cdr: call %u, %u steps", call->number, call->steps);
}

static const struct call_record record = {write_record};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("cdr", "custom", 0, &record);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
