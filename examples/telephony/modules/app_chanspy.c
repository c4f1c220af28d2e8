/* SPDX-License-Identifier: MIT */
/* app_chanspy: ChanSpy(): the calls that go on. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Listen to the audio of an active channel");
ABILOCK_TYPE("application");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("application", "ChanSpy");

static int run(struct call *call, const char *arguments)
{
	(void)call;
	for (const struct call *other = switchboard_calls; other; other = other->next)
		switchboard_say("spying on %s: call %u", arguments, other->number);
	return 0;
}

static const struct application application = {run};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("application", "ChanSpy", 0, &application);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
