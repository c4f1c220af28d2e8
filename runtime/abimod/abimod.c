/* SPDX-License-Identifier: MIT */
#include "abimod.h"

#include <errno.h>
#include <sys/stat.h>

#include "shown.h"

void abimod_deinit(struct abimod *tool)
{
	abilock_modules_close(tool->modules);
	free(tool->path);
	free(tool->conf);
	free(tool->conf_path);
	abilock_text_deinit(&tool->out);
	*tool = (struct abimod){0};
}

/* ---- what is said on stderr ---- */

static void say_lines(const struct abimod *tool, const char *prefix, const char *text)
{
	_cleanup_(abilock_text_deinit) struct abilock_text line = {0};

	shown_lines(&line, text, 0);
	fprintf(stderr, "%s: %s", tool->inv->tool->name, prefix);
	(void)fwrite(line.data, 1, line.failed ? 0 : line.length, stderr);
	(void)fputc('\n', stderr);
}

int abimod_fail(const struct abimod *tool)
{
	const char *reason = abilock_dlerror();

	say_lines(tool, "", reason ? reason : "out of memory");
	return ABILOCK_EXIT_ERROR;
}

int abimod_nomem(const struct abimod *tool)
{
	say_lines(tool, "", "out of memory");
	return ABILOCK_EXIT_ERROR;
}

void abimod_say(const struct abimod *tool, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	const int length = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (length >= 0)
		say_lines(tool, "", text);
	free(length >= 0 ? text : NULL);
}

static void log_line(void *data, enum abilock_log_level level, const char *text)
{
	static const char *const prefixes[] = {
		[ABILOCK_LOG_ERROR] = "error: ",
		[ABILOCK_LOG_WARNING] = "warning: ",
		[ABILOCK_LOG_NOTICE] = "note: ",
		[ABILOCK_LOG_DEBUG] = "",
	};
	const struct abimod *tool = data;

	if (level <= ABILOCK_LOG_WARNING || tool->is_verbose)
		say_lines(tool, prefixes[level], text);
}

/* ---- options ---- */

/* Add the folders of a `:` list, each below the root. */
static void add_folders(struct abilock_text *out, const char *root, const char *list)
{
	while (*list) {
		const size_t length = strcspn(list, ":");
		_cleanup_(freep) char *folder = strndup(list, length);
		_cleanup_(freep) char *below =
			folder && *root ? abimod_below_root(root, folder) : NULL;

		if (length > 0) {
			abilock_text_puts(out, out->length > 0 ? ":" : "");
			abilock_text_puts(out, below ? below : folder ? folder : "");
		}
		out->failed |= !folder || (*root && !below);
		list += length + (list[length] == ':');
	}
}

/* The values of an option, or else of a variable, as one `:` list; NULL: neither is there. */
static int join(const struct abimod *tool, int id, const char *variable, char **ret)
{
	const char *root = abilock_cli_value(tool->inv, OPT_ROOT, "");
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};
	size_t count = 0;
	_cleanup_(freep) const char **values = abilock_cli_values(tool->inv, id, &count);
	const char *fallback = count == 0 ? getenv(variable) : NULL;

	if (!values)
		return ABILOCK_E_NOMEM;
	for (size_t i = 0; i < count; i++)
		add_folders(&text, root, values[i]);
	if (fallback)
		add_folders(&text, root, fallback);
	if (text.failed)
		return ABILOCK_E_NOMEM;
	*ret = text.length > 0 ? strndup(text.data, text.length) : NULL;
	return text.length > 0 && !*ret ? ABILOCK_E_NOMEM : 0;
}

/* A name with a colon is one file. */
static int join_conf(struct abimod *tool)
{
	const char *root = abilock_cli_value(tool->inv, OPT_ROOT, "");
	const char *file = abilock_cli_value(tool->inv, OPT_CONF, getenv("ABIMOD_CONF"));

	if (!file || !*file)
		return 0;
	tool->conf = *root ? abimod_below_root(root, file) : strdup(file);
	return tool->conf ? 0 : ABILOCK_E_NOMEM;
}

/* To a host a directory that is missing is nothing; in a command it is a name with a mistake, and
 * all would be well in it. */
static int check_folders(const struct abimod *tool, const char *path)
{
	struct abilock_error err = {0};

	for (const char *p = path; p && *p;) {
		const size_t length = strcspn(p, ":");
		_cleanup_(freep) char *folder = strndup(p, length);
		struct stat st;

		if (!folder)
			return abimod_nomem(tool);
		const int r = strstr(folder, "{tag}") ? 0
			      : stat(folder, &st) < 0 ? errno
			      : S_ISDIR(st.st_mode)   ? 0
						      : ENOTDIR;
		if (r > 0) {
			(void)abilock_error_set(&err, ABILOCK_E_IO, folder, NULL, 0, "%s",
						strerror(r));
			return abilock_cli_fail(tool->inv, &err);
		}
		p += length + (p[length] == ':');
	}
	return -1;
}

/* A name that is a path, or that of a module or a manifest, would be written over. */
static int check_index(const struct abilock_invocation *inv)
{
	const char *name = abilock_cli_value(inv, OPT_INDEX, NULL);

	if (!name || (*name && *name != '.' && !strchr(name, '/') && !str_ends(name, ".so") &&
		      !str_ends(name, ".manifest")))
		return -1;
	return abilock_cli_usage(inv,
				 "--index %s: expected the name of a file, without a directory, "
				 "that is no module and no manifest",
				 name);
}

/* Names of modules, and TYPE=NAME. A prefix may be anything. */
static int check_operands(const struct abilock_invocation *inv)
{
	if (inv->command->run == command_list.run)
		return -1;
	for (size_t i = 0; i < inv->operand_count; i++) {
		const char *name = inv->operands[i], *equals = strchr(name, '=');

		if (!*name || equals == name || (equals && !equals[1]))
			return abilock_cli_usage(inv, "'%s': expected %s", name,
						 inv->command->operands);
	}
	return -1;
}

static int parse(struct abimod *tool)
{
	int status = check_index(tool->inv);
	const char *format = abilock_cli_value(tool->inv, OPT_FORMAT, "text");

	if (status < 0)
		status = check_operands(tool->inv);
	if (status >= 0)
		return status;
	tool->is_json = str_eq(format, "json");
	if (!tool->is_json && !str_eq(format, "text"))
		return abilock_cli_usage(tool->inv, "--format %s: expected text or json", format);
	tool->is_verbose = abilock_cli_has(tool->inv, OPT_VERBOSE);
	if (join(tool, OPT_DIR, "ABIMOD_DIR", &tool->path) < 0 ||
	    join(tool, OPT_CONF_DIR, "ABIMOD_CONF_DIR", &tool->conf_path) < 0 ||
	    join_conf(tool) < 0)
		return abimod_nomem(tool);
	if (!tool->path && !abilock_cli_has(tool->inv, OPT_HOST))
		return abilock_cli_usage(tool->inv,
					 "which modules? expected --dir DIR (or ABIMOD_DIR), or "
					 "--host FILE for those embedded in it");
	status = check_folders(tool, tool->path);
	return status < 0 ? check_folders(tool, tool->conf_path) : status;
}

int abimod_open(const struct abilock_invocation *inv, struct abimod *tool)
{
	tool->inv = inv;
	const int status = parse(tool);
	if (status >= 0)
		return status;
	const struct abilock_modules_options options = {
		.size = sizeof(options),
		.host = abilock_cli_value(inv, OPT_HOST, NULL),
		.path = tool->path,
		.conf = tool->conf,
		.conf_path = tool->conf_path,
		.index = abilock_cli_value(inv, OPT_INDEX, NULL),
		.arch = abilock_cli_value(inv, OPT_ARCH, NULL),
		.flags = ABILOCK_MODULES_INSPECT |
			 (abilock_cli_has(inv, OPT_NO_INDEX) ? ABILOCK_MODULES_NO_INDEX : 0U),
		.log = log_line,
		.log_data = tool,
	};
	return abilock_modules_open(&options, &tool->modules) < 0 ? abimod_fail(tool) : -1;
}

/* ---- output ---- */

int abimod_print(struct abimod *tool, int status)
{
	if (tool->out.failed)
		return abimod_nomem(tool);
	if (tool->out.length > 0)
		(void)fwrite(tool->out.data, 1, tool->out.length, stdout);
	return status;
}

int abimod_print_json(struct abimod *tool, struct json_object *document, bool is_whole, int status)
{
	if (!is_whole || json_add(&tool->out, document, NULL) < 0)
		return abimod_nomem(tool);
	abilock_text_putc(&tool->out, '\n');
	return abimod_print(tool, status);
}

struct json_object *abimod_document(void)
{
	_cleanup_(json_freep) struct json_object *document = json_new();

	if (!document || !json_put_number(document, "format_version", JSON_FORMAT_VERSION))
		return NULL;
	return take_ptr(document);
}
