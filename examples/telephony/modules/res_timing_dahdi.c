/* SPDX-License-Identifier: MIT */
/* res_timing_dahdi: the timer of telephony hardware. It declines where there is none. */
#include <abilock/modules.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("DAHDI Timing Interface");
ABILOCK_TYPE("timing");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_LOAD_PRIORITY("timing");
ABILOCK_PROVIDES("service", "timer", 300);

static int fd;

static void wait_for(unsigned milliseconds)
{
	char samples[8]; /* one each millisecond */

	for (unsigned i = 0; i < milliseconds && read(fd, samples, sizeof(samples)) > 0; i++)
		;
}

static const struct timer timer = {wait_for};

static int load(struct abilock_module *module)
{
	fd = open("/dev/dahdi/timer", O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		abilock_module_fail(module, "/dev/dahdi/timer: %s", strerror(errno));
		return ABILOCK_LOAD_DECLINE;
	}
	switchboard_register("service", "timer", 300, &timer);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
