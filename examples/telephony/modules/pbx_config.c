/* SPDX-License-Identifier: MIT */
/* pbx_config: the dialplan, from extensions.conf. */
#include <abilock/modules.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../switchboard_private.h"

ABILOCK_MODULE(ABILOCK_MODULE_NAME, PRIVATE);
ABILOCK_DESCRIPTION("Text Extension Configuration");
ABILOCK_TYPE("pbx");
ABILOCK_SUPPORT_LEVEL("core");
ABILOCK_CONFIG("extensions.conf");

/* `exten => EXTENSION,PRIORITY,APPLICATION(ARGUMENTS)` */
static void take_step(const char *context, const char *text, unsigned line)
{
	struct step step = {.context = context};
	char *extension, *application, *arguments, *where;
	int n = sscanf(text, "exten => %m[^,],%u,%m[^(](%m[^\n]", &extension, &step.priority,
		       &application, &arguments);

	if (n < 3 || asprintf(&where, "extensions.conf:%u", line) < 0)
		return; /* an empty line, a comment, or no step */
	if (n == 4 && strrchr(arguments, ')'))
		*strrchr(arguments, ')') = '\0';
	step.extension = extension;
	step.application = application;
	step.arguments = n == 4 ? arguments : "";
	step.where = where;
	switchboard_add_step(&step);
}

static void read_dialplan(FILE *file)
{
	char *text = NULL, *context = strdup("default"), *name, *value;
	size_t size = 0;

	for (unsigned line = 1; getline(&text, &size, file) > 0; line++) {
		if (sscanf(text, "[%m[^]]", &name) == 1) {
			context = name;
		} else if (strcmp(context, "globals") != 0) {
			take_step(context, text, line);
		} else if (sscanf(text, "%m[^=\n]=%m[^\n]", &name, &value) == 2) {
			switchboard_set_global(name, value);
		}
	}
	free(text);
}

static int load(struct abilock_module *module)
{
	FILE *file = switchboard_open("extensions.conf");

	if (!file) {
		abilock_module_fail(module, "cannot read extensions.conf: %s", strerror(errno));
		return ABILOCK_LOAD_FAILURE;
	}
	read_dialplan(file);
	fclose(file);
	return ABILOCK_LOAD_SUCCESS;
}

ABILOCK_ENTRY(.load = load);
