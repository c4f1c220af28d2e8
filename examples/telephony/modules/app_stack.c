/* SPDX-License-Identifier: MIT */
/* app_stack: Gosub(CONTEXT,EXTENSION,PRIORITY(ARGUMENT)) and Return(). */
#include <stdlib.h>

#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Dialplan subroutines (Gosub, Return)");
ABILOCK_TYPE("application");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_PROVIDES("application", "Gosub");
ABILOCK_PROVIDES("application", "Return");

static int run_gosub(struct call *call, const char *arguments)
{
	char *context = NULL, *extension = NULL, *argument = NULL;
	const char *before = call->argument;
	unsigned priority;
	int r, n = sscanf(arguments, "%m[^,],%m[^,],%u(%m[^)]", &context, &extension, &priority,
			  &argument);

	call->argument = argument;
	r = n >= 3 ? switchboard_run(call, context, extension, priority)
		   : switchboard_fail(call, NULL, "Gosub(%s): where to?", arguments);
	call->argument = before;
	free(argument);
	free(extension);
	free(context);
	return r;
}

static int run_return(struct call *call, const char *arguments)
{
	(void)arguments;
	if (call->depth < 2)
		return switchboard_fail(call, NULL, "Return() without Gosub");
	return 1;
}

static const struct application gosub = {run_gosub}, return_ = {run_return};

static int load(struct abilock_module *module)
{
	(void)module;
	switchboard_register("application", "Gosub", 0, &gosub);
	switchboard_register("application", "Return", 0, &return_);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
