/* SPDX-License-Identifier: MIT */
/* chan_sip: calls over the Session Initiation Protocol. */
#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Session Initiation Protocol");
ABILOCK_TYPE("channel");
ABILOCK_SUPPORT_LEVEL("deprecated");
ABILOCK_DEPRECATED_IN("17");
ABILOCK_REMOVED_IN("21");
ABILOCK_REPLACEMENT("chan_pjsip");
ABILOCK_LOAD_PRIORITY("channel_driver");
ABILOCK_USES("rtp", "asterisk");
ABILOCK_PROVIDES("channel", "SIP");

static int dial(struct call *call, const char *peer)
{
	const struct timer *timer = switchboard_find("service", "timer", call->step->where, NULL);
	const struct media *media = switchboard_find("rtp", "asterisk", call->step->where, NULL);

	switchboard_say("SIP/%s: ringing", peer);
	if (timer)
		timer->wait(20);
	if (media)
		media->start(call);
	switchboard_say("SIP/%s: answered", peer);
	return 0;
}

static const struct channel_driver driver = {dial};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("channel", "SIP", 0, &driver);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
