/* SPDX-License-Identifier: MIT */
/* Whatever the bytes: places inside the text, lists without what is forbidden, bans that hold. */
#include "../../runtime/modules/configuration/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const struct abilock_place *place, size_t size)
{
	if (place->file != 0 || place->line == 0 || place->line > size + 1 || place->column == 0 ||
	    place->column > size + 1)
		abort();
}

static void check_directives(const struct abilock_directives *directives, size_t size)
{
	for (size_t i = 0; i < directives->count; i++) {
		const struct abilock_directive *item = &directives->items[i];

		check_place(&item->place, size);
		if (item->name[0] == '\0' || item->name[0] == '.' || strchr(item->name, '/') ||
		    abilock_directives_find(directives, item->name) != item)
			abort();
	}
}

/* None of the wanted modules is forbidden. */
static void check_conflicts(const struct abilock_configuration *configuration,
			    const struct abilock_directives *wanted)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (abilock_directives_find(&configuration->neverload, wanted->items[i].name) ||
		    abilock_directives_find(&configuration->noload, wanted->items[i].name))
			abort();
}

static void check_uses(const struct abilock_configuration *configuration, size_t size)
{
	for (size_t i = 0; i < configuration->use_count; i++) {
		const struct abilock_admin_use *use = &configuration->uses[i];

		check_place(&use->place, size);
		if (use->module[0] == '\0' || use->type[0] == '\0' || use->name[0] == '\0')
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(abilock_configuration_freep) struct abilock_configuration *configuration = NULL;
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	int r = abilock_configuration_parse((const char *)data, size, "fuzz", &configuration,
					    &diags);

	if (r != (diags.error_count ? ABILOCK_E_SYNTAX : 0) || !configuration)
		abort();
	for (size_t i = 0; i < diags.count; i++)
		check_place(&diags.items[i].place, size);
	abilock_diagnostics_write(&text, &diags, configuration->sources, false);
	check_directives(&configuration->load, size);
	check_directives(&configuration->require, size);
	check_directives(&configuration->noload, size);
	check_directives(&configuration->neverload, size);
	check_uses(configuration, size);
	check_conflicts(configuration, &configuration->load);
	if (r == 0)
		check_conflicts(configuration, &configuration->require);
	return 0;
}
