/* SPDX-License-Identifier: MIT */
#include "manifest/checksum.h"
#include "shown.h"
#include "view.h"

static const struct abilock_option options[] = {
	ABIMOD_FORMAT_OPTION,
	ABIMOD_OPTIONS,
};

static const char help[] =
	"All that is known of a module: what its manifest says, its files, the lock, what it uses "
	"and who provides that, who uses it, and what is wrong with it. The checksum of the file "
	"is compared.\n\n"
	"NAME is with or without .so; - and _ are the same. The status is 1 where one is not "
	"known.\n\n"
	"Example:\n"
	"  abimod show --dir /usr/lib/foo/modules chan_sip";

enum { LABEL_WIDTH = 14 };

/* ---- one value ---- */

static void add_label(struct abilock_text *out, const char *label)
{
	const size_t start = out->length;

	abilock_text_puts(out, "  ");
	shown_add(out, label);
	const size_t width = out->length - start;
	abilock_text_pad(out, width < LABEL_WIDTH + 2 ? LABEL_WIDTH + 2 - width : 1);
}

static void add_line(struct abilock_text *out, const char *label, const char *value)
{
	if (!value || !*value)
		return;
	add_label(out, label);
	shown_lines(out, value, LABEL_WIDTH + 2);
	abilock_text_putc(out, '\n');
}

static void add_values(struct abilock_text *out, struct abilock_module *module, const char *label,
		       const char *key)
{
	const char *value;

	for (size_t i = 0; (value = abilock_module_value(module, key, i)); i++)
		add_line(out, i == 0 ? label : "", value);
}

/* ---- the file ---- */

/* "matches", "differs", what is in the way of comparing it, or NULL: there is none. */
static const char *checksum_state(struct abilock_module *module, struct abilock_error *err)
{
	const char *checksum = abilock_module_value(module, "checksum", 0);
	const char *path = abilock_module_path(module);

	if (!checksum || !path)
		return NULL;
	if (!abilock_checksum_is_known(checksum))
		return "of an unknown kind";
	const int r = abilock_checksum_compare(checksum, path, err);
	return r > 0 ? "matches" : r == 0 ? "differs" : err->message;
}

static void add_checksum(struct abilock_text *out, struct abilock_module *module)
{
	struct abilock_error err = {0};
	const char *checksum = abilock_module_value(module, "checksum", 0);
	const char *state = checksum_state(module, &err);

	if (!checksum)
		return;
	add_label(out, "checksum");
	shown_add(out, checksum);
	if (state) {
		abilock_text_puts(out, " (");
		shown_add(out, state);
		abilock_text_putc(out, ')');
	}
	abilock_text_putc(out, '\n');
}

static void add_lock(struct abilock_text *out, struct abilock_module *module)
{
	static const char *const keys[] = {"kind", "host", "tag", "node"};
	const char *separator = "";

	if (!abilock_module_value(module, "kind", 0))
		return;
	add_label(out, "lock");
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = abilock_module_value(module, keys[i], 0);

		if (!value)
			continue;
		abilock_text_printf(out, "%s%s ", separator, keys[i]);
		shown_add(out, value);
		separator = ", ";
	}
	abilock_text_putc(out, '\n');
}

/* ---- what it wants, and who wants it ---- */

/* `application=Dial (app_dial, app_other)` */
static void add_want(struct abimod *tool, const char *label, const struct view_want *want)
{
	struct abilock_text *out = &tool->out;
	const struct abilock_module *provider;
	const char *separator = "";

	add_label(out, label);
	shown_add(out, want->text);
	abilock_text_puts(out, " (");
	for (size_t i = 0;
	     (provider = abilock_modules_provider(tool->modules, want->type, want->name, i)); i++) {
		abilock_text_puts(out, separator);
		shown_add(out, abilock_module_name(provider));
		separator = ", ";
	}
	abilock_text_puts(out, *separator ? ")\n" : "nobody provides it)\n");
}

static int add_wants(struct abimod *tool, struct abilock_module *module)
{
	static const char *const labels[] = {"uses", "can use", "will use"};
	int r = 1;

	for (size_t k = 0; r >= 0 && view_want_keys[k]; k++) {
		for (size_t i = 0;; i++) {
			_cleanup_(view_want_deinit) struct view_want want = {0};

			r = view_want(module, view_want_keys[k], i, &want);
			if (r <= 0)
				break;
			add_want(tool, i == 0 ? labels[k] : "", &want);
		}
	}
	return r;
}

/* Call @p take for each line of a module that this one satisfies. */
static int each_user(struct abimod *tool, const struct abilock_module *module,
		     bool (*take)(void *data, struct abilock_module *user,
				  const struct view_want *want),
		     void *data)
{
	struct abilock_module *user;

	for (size_t m = 0; (user = abilock_modules_at(tool->modules, m)); m++) {
		for (size_t k = 0; view_want_keys[k]; k++) {
			int r = 1;

			for (size_t i = 0; r > 0; i++) {
				_cleanup_(view_want_deinit) struct view_want want = {0};

				r = view_want(user, view_want_keys[k], i, &want);
				if (r > 0 && view_satisfies(tool->modules, &want, module) &&
				    !take(data, user, &want))
					r = ABILOCK_E_NOMEM;
			}
			if (r < 0)
				return r;
		}
	}
	return 0;
}

struct users {
	struct abilock_text *out;
	struct json_object *array;
	const char *label;
};

static bool add_user(void *data, struct abilock_module *user, const struct view_want *want)
{
	struct users *users = data;

	add_label(users->out, users->label);
	shown_add(users->out, abilock_module_name(user));
	abilock_text_printf(users->out, " (%s ", want->key);
	shown_add(users->out, want->text);
	abilock_text_puts(users->out, ")\n");
	users->label = "";
	return true;
}

static bool put_user(void *data, struct abilock_module *user, const struct view_want *want)
{
	const struct users *users = data;
	struct json_object *object = json_push_object(users->array);

	return object && json_put_string(object, "name", abilock_module_name(user)) &&
	       json_put_string(object, "kind", want->key) &&
	       json_put_string(object, "want", want->text);
}

/* ---- text ---- */

static void add_manifest(struct abilock_text *out, struct abilock_module *module)
{
	static const char *const keys[][2] = {
		{"description", "description"}, {"type", "type"},
		{"support", "support_level"},	{"deprecated in", "deprecated_in"},
		{"removed in", "removed_in"},	{"replacement", "replacement"},
		{"priority", "load_priority"},	{"globals", "export_globals"},
		{"licence", "licence"},		{"arch", "arch"},
		{"config", "config"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		add_values(out, module, keys[i][0], keys[i][1]);
}

static void add_other(struct abilock_text *out, struct abilock_module *module)
{
	const char *key;

	for (size_t i = 0; (key = abilock_module_key(module, i)); i++)
		if (!view_has_meaning(key))
			add_values(out, module, key, key);
}

static int add_module(struct abimod *tool, struct abilock_module *module)
{
	struct abilock_text *out = &tool->out;
	struct users users = {.out = out, .label = "used by"};

	shown_add(out, abilock_module_name(module));
	abilock_text_putc(out, '\n');
	add_line(out, "state", view_status(module));
	add_manifest(out, module);
	add_line(out, "file", abilock_module_path(module));
	add_values(out, module, "manifest", "manifest");
	add_checksum(out, module);
	add_values(out, module, "build id", "build_id");
	add_lock(out, module);
	add_values(out, module, "needs", "needed");
	add_values(out, module, "nodes", "needs");
	int r = add_wants(tool, module);
	add_values(out, module, "provides", "provides");
	if (r >= 0)
		r = each_user(tool, module, add_user, &users);
	add_other(out, module);
	add_line(out, "problem", view_problem(module));
	return r;
}

/* ---- JSON ---- */

static bool put_providers(struct abimod *tool, struct json_object *array, const char *kind,
			  const struct view_want *want)
{
	struct json_object *object = json_push_object(array);
	const struct abilock_module *provider;
	bool ok = object && json_put_string(object, "kind", kind) &&
		  json_put_string(object, "want", want->text);
	struct json_object *names = ok ? json_put_array(object, "providers") : NULL;

	for (size_t i = 0; names && (provider = abilock_modules_provider(tool->modules, want->type,
									 want->name, i));
	     i++)
		if (!json_push_string(names, abilock_module_name(provider)))
			return false;
	return names;
}

static bool put_wants(struct abimod *tool, struct json_object *to, struct abilock_module *module)
{
	struct json_object *array = json_put_array(to, "wants");
	bool ok = array;

	for (size_t k = 0; ok && view_want_keys[k]; k++) {
		int r = 1;

		for (size_t i = 0; ok && r > 0; i++) {
			_cleanup_(view_want_deinit) struct view_want want = {0};

			r = view_want(module, view_want_keys[k], i, &want);
			ok = r == 0 ||
			     (r > 0 && put_providers(tool, array, view_want_keys[k], &want));
		}
	}
	return ok;
}

static bool put_module(struct abimod *tool, struct json_object *array,
		       struct abilock_module *module)
{
	struct abilock_error err = {0};
	struct json_object *object = json_push_object(array);
	bool ok = object && view_put(object, module) &&
		  json_put_string(object, "checksum_state", checksum_state(module, &err)) &&
		  put_wants(tool, object, module);
	struct users users = {.array = ok ? json_put_array(object, "used_by") : NULL};

	return users.array && each_user(tool, module, put_user, &users) == 0;
}

/* ---- the command ---- */

static int unknown(const struct abimod *tool, const char *name)
{
	abimod_say(tool, "%s: there is no such module (see 'abimod list')", name);
	return ABILOCK_EXIT_FINDINGS;
}

static int show_text(struct abimod *tool)
{
	int status = ABILOCK_EXIT_OK;

	for (size_t i = 0; i < tool->inv->operand_count; i++) {
		const char *name = tool->inv->operands[i];
		struct abilock_module *module = abilock_modules_find(tool->modules, name);

		if (!module) {
			status = unknown(tool, name);
			continue;
		}
		abilock_text_puts(&tool->out, tool->out.length > 0 ? "\n" : "");
		if (add_module(tool, module) < 0)
			return abimod_nomem(tool);
	}
	return abimod_print(tool, status);
}

static int show_json(struct abimod *tool)
{
	_cleanup_(json_freep) struct json_object *document = abimod_document();
	struct json_object *array = document ? json_put_array(document, "modules") : NULL;
	int status = ABILOCK_EXIT_OK;
	bool ok = array;

	for (size_t i = 0; ok && i < tool->inv->operand_count; i++) {
		const char *name = tool->inv->operands[i];
		struct abilock_module *module = abilock_modules_find(tool->modules, name);

		if (module)
			ok = put_module(tool, array, module);
		else
			status = unknown(tool, name);
	}
	return abimod_print_json(tool, document, ok, status);
}

static int run(const struct abilock_invocation *inv)
{
	_cleanup_(abimod_deinit) struct abimod tool = {0};
	const int status = abimod_open(inv, &tool);

	if (status >= 0)
		return status;
	return tool.is_json ? show_json(&tool) : show_text(&tool);
}

const struct abilock_command command_show = {
	.name = "show",
	.run = run,
	.min_operands = 1,
	.max_operands = -1,
	.operands = "NAME...",
	.summary = "print all that is known of a module",
	.text = help,
	.options = options,
	.option_count = ARRAY_SIZE(options),
};
