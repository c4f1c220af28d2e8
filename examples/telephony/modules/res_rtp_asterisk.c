/* SPDX-License-Identifier: MIT */
/* res_rtp_asterisk: the sound of calls, over RTP. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Asterisk RTP Stack");
ABILOCK_TYPE("resource");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_LOAD_PRIORITY("channel_depend");
ABILOCK_USES("service", "timer");
ABILOCK_PROVIDES("rtp", "asterisk");

static void start(struct call *call)
{
	switchboard_say("call %u: sound flows", call->number);
}

static const struct media media = {start};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("rtp", "asterisk", 0, &media);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
