/* SPDX-License-Identifier: MIT */
/* res_timing_pthread: a timer for any system. */
#include <pthread.h>
#include <time.h>

#include "../switchboard.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PUBLIC);
ABILOCK_DESCRIPTION("pthread Timing Interface");
ABILOCK_TYPE("timing");
ABILOCK_SUPPORT_LEVEL("extended");
ABILOCK_LOAD_PRIORITY("timing");
ABILOCK_PROVIDES("service", "timer", 100);

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void wait_for(unsigned milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)milliseconds * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	while (pthread_cond_timedwait(&never, &mutex, &until) == 0)
		;
	pthread_mutex_unlock(&mutex);
	switchboard_say("pthread: %u ms", milliseconds);
}

static const struct timer timer = {wait_for};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("service", "timer", 100, &timer);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
