/* SPDX-License-Identifier: MIT */
/* res_timing_timerfd: the timer of a Linux kernel. */
#include <abilock/modules.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("Timerfd Timing Interface");
ABILOCK_TYPE("timing");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_LOAD_PRIORITY("timing");
ABILOCK_PROVIDES("service", "timer", 200);

static int fd;

static void wait_for(unsigned milliseconds)
{
	const struct itimerspec when = {
		.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000000L}};
	uint64_t ticks;

	if (timerfd_settime(fd, 0, &when, NULL) == 0 && read(fd, &ticks, sizeof(ticks)) > 0)
		switchboard_say("timerfd: %u ms", milliseconds);
}

static const struct timer timer = {wait_for};

static int load(struct abilock_module *module)
{
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (fd < 0) {
		abilock_module_fail(module, "timerfd_create: %s", strerror(errno));
		return ABILOCK_LOAD_FAILURE;
	}
	switchboard_register("service", "timer", 200, &timer);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
