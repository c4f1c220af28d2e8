/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sys/stat.h>

/* getopt's value for a long option: clear of any letter. */
enum { OPTION_BASE = 256, OPTION_HELP = OPTION_BASE - 1, OPERAND = 1 };

bool abilock_cli_has(const struct abilock_invocation *inv, int id)
{
	for (size_t i = 0; i < inv->option_count; i++)
		if (inv->options[i].id == id)
			return true;
	return false;
}

const char *abilock_cli_value(const struct abilock_invocation *inv, int id, const char *fallback)
{
	for (size_t i = inv->option_count; i > 0; i--)
		if (inv->options[i - 1].id == id)
			return inv->options[i - 1].value;
	return fallback;
}

const char **abilock_cli_values(const struct abilock_invocation *inv, int id, size_t *ret_count)
{
	const char **values = calloc(inv->option_count + 1, sizeof(*values));

	for (size_t i = 0; values && i < inv->option_count; i++)
		if (inv->options[i].id == id)
			values[(*ret_count)++] = inv->options[i].value;
	return values;
}

int abilock_cli_usage(const struct abilock_invocation *inv, const char *fmt, ...)
{
	const char *command = inv->command ? inv->command->name : "";
	const char *space = inv->command ? " " : "";
	char message[384];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s%s%s: %s (see '%s%s%s --help')\n", inv->tool->name, space, command,
		message, inv->tool->name, space, command);
	return ABILOCK_EXIT_USAGE;
}

int abilock_cli_fail(const struct abilock_invocation *inv, const struct abilock_error *err)
{
	char line[sizeof(*err) + 64];

	(void)abilock_error_format(err, line, sizeof(line));
	str_disarm(line); /* the file's name comes as it is */
	fprintf(stderr, "%s: %s\n", inv->tool->name, line);
	return err->code == ABILOCK_E_USAGE ? ABILOCK_EXIT_USAGE : ABILOCK_EXIT_ERROR;
}

/* Width of the help, and of the column that option names take in it. */
enum { HELP_WIDTH = 80, NAMES_WIDTH = 26 };

/* One line of a text as lines of HELP_WIDTH columns; the cursor stands in column @p indent. */
static void print_wrapped(const char *text, size_t length, size_t indent)
{
	size_t column = indent;

	while (length > 0) {
		const char *blank = memchr(text, ' ', length);
		size_t word = blank ? (size_t)(blank - text) : length;

		if (column > indent && column + 1 + word > HELP_WIDTH) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			(void)putchar(' ');
			column++;
		}
		(void)fwrite(text, 1, word, stdout);
		column += word;
		text += word + (blank != NULL);
		length -= word + (blank != NULL);
	}
	(void)putchar('\n');
}

/* A line that is indented, such as an example, stays as it is. */
static void print_text(const char *text)
{
	while (*text) {
		const size_t length = strcspn(text, "\n");

		if (*text == ' ')
			printf("%.*s\n", (int)length, text);
		else
			print_wrapped(text, length, 0);
		text += length + (text[length] == '\n');
	}
}

size_t abilock_option_group(const struct abilock_option *option)
{
	const char *end = option->help[0] == '(' ? strchr(option->help, ')') : NULL;

	return end && end[1] == ' ' ? (size_t)(end - option->help) - 1 : 0;
}

static void print_option(const struct abilock_option *o)
{
	const size_t group = abilock_option_group(o);
	const char *help = o->help + (group > 0 ? group + 3 : 0);
	char names[64];

	(void)snprintf(names, sizeof(names), "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
		       o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
		       o->arg ? " " : "", o->arg ? o->arg : "");
	int column = printf("  %-*s  ", NAMES_WIDTH, names);
	print_wrapped(help, strlen(help), column > 0 ? (size_t)column : 0);
}

static bool same_group(const struct abilock_option *a, const struct abilock_option *b)
{
	const size_t length = abilock_option_group(a);

	return length == abilock_option_group(b) && strncmp(a->help, b->help, length + 1) == 0;
}

/* The options of a group below its heading, where @p first is the first of them in the table. */
static void print_group(const struct abilock_command *c, size_t first)
{
	const struct abilock_option *option = &c->options[first];

	for (size_t i = 0; i < first; i++)
		if (same_group(&c->options[i], option))
			return;
	printf("\noptions for %.*s:\n", (int)abilock_option_group(option), option->help + 1);
	for (size_t i = first; i < c->option_count; i++)
		if (same_group(&c->options[i], option))
			print_option(&c->options[i]);
}

static int command_help(const struct abilock_invocation *inv)
{
	const struct abilock_command *c = inv->command;

	printf("usage: %s %s [OPTION...]%s%s\n\n%s\n", inv->tool->name, c->name,
	       c->operands[0] ? " " : "", c->operands, c->summary);
	if (c->text) {
		printf("\n");
		print_text(c->text);
	}
	printf("\noptions:\n");
	for (size_t i = 0; i < c->option_count; i++)
		if (abilock_option_group(&c->options[i]) == 0)
			print_option(&c->options[i]);
	print_option(&(struct abilock_option){"help", 'h', NULL, "print this help", 0});
	for (size_t i = 0; i < c->option_count; i++)
		if (abilock_option_group(&c->options[i]) > 0)
			print_group(c, i);
	return ABILOCK_EXIT_OK;
}

static void tool_help(const struct abilock_tool *tool)
{
	printf("usage: %s COMMAND [OPTION...] [OPERAND...]\n\n%s\n\ncommands:\n", tool->name,
	       tool->summary);
	for (size_t i = 0; i < tool->command_count; i++)
		printf("  %-10s  %s\n", tool->commands[i].name, tool->commands[i].summary);
	printf("\noptions:\n"
	       "  -h, --help                      print this help, or after a command its own\n"
	       "      --version                   print the version\n"
	       "      --print-completion SHELL    print completion for bash, zsh or fish\n"
	       "\nexit status: 0 clean, 1 findings, 2 wrong usage, 3 could not read or write\n");
}

/* Words of an argument that is one of them, such as `text|json`. */
static void print_choices(const char *arg)
{
	for (; *arg; arg++)
		putchar(*arg == '|' ? ' ' : *arg);
}

static bool is_choice(const struct abilock_option *option)
{
	return option->arg && strchr(option->arg, '|');
}

static void bash_options(const struct abilock_command *command)
{
	printf("\t\t%s) words='", command->name);
	for (size_t i = 0; i < command->option_count; i++)
		printf("--%s ", command->options[i].name);
	printf("--help' ;;\n");
}

static void bash_choices(const struct abilock_command *command)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct abilock_option *option = &command->options[i];

		if (!is_choice(option))
			continue;
		printf("\t\t%s:--%s", command->name, option->name);
		if (option->letter)
			printf(" | %s:-%c", command->name, option->letter);
		printf(") words='");
		print_choices(option->arg);
		printf("' ;;\n");
	}
}

static void complete_bash(const struct abilock_tool *tool)
{
	printf("_%s()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
	       "words=\n"
	       "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
	       "\telif [[ $prev == = ]]; then\n\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
	       "\tif ((COMP_CWORD == 1)); then\n\t\twords='",
	       tool->name);
	for (size_t i = 0; i < tool->command_count; i++)
		printf("%s ", tool->commands[i].name);
	printf("--help --version --print-completion'\n"
	       "\telif [[ $prev == --print-completion ]]; then\n\t\twords='bash zsh fish'\n"
	       "\telif [[ $cur == -* ]]; then\n\t\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; i < tool->command_count; i++)
		bash_options(&tool->commands[i]);
	printf("\t\tesac\n\telse\n\t\tcase ${COMP_WORDS[1]}:$prev in\n");
	for (size_t i = 0; i < tool->command_count; i++)
		bash_choices(&tool->commands[i]);
	printf("\t\tesac\n\tfi\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	       "complete -o default -F _%s %s\n",
	       tool->name, tool->name);
}

/* Inside '...' of a shell; zsh also wants the characters of @p special behind a backslash. */
static void print_quoted(const char *s, const char *special)
{
	for (; *s; s++) {
		if (*s == '\'')
			(void)fputs("'\\''", stdout);
		else
			printf(strchr(special, *s) ? "\\%c" : "%c", *s);
	}
}

/* The help of an option and its argument, behind its name; ends the word. */
static void zsh_option(const struct abilock_option *option)
{
	printf("[");
	print_quoted(option->help, ":[]\\");
	printf("]");
	if (is_choice(option)) {
		printf(":%s:(", option->name);
		print_choices(option->arg);
		printf(")");
	} else if (option->arg) {
		printf(":%s:_files", option->arg);
	}
	printf("'");
}

static void zsh_command(const struct abilock_command *command)
{
	printf("\t%s)\n\t\t_arguments", command->name);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct abilock_option *option = &command->options[i];

		if (option->letter) {
			printf(" \\\n\t\t\t'-%c%s", option->letter, option->arg ? "+" : "");
			zsh_option(option);
		}
		printf(" \\\n\t\t\t'--%s%s", option->name, option->arg ? "=" : "");
		zsh_option(option);
	}
	printf(" \\\n\t\t\t'-h[print the help of %s]' \\\n\t\t\t'--help[print the help of %s]'"
	       " \\\n\t\t\t'*:file:_files' ;;\n",
	       command->name, command->name);
}

static void complete_zsh(const struct abilock_tool *tool)
{
	printf("#compdef %s\n_%s()\n{\n\tlocal -a commands=(\n", tool->name, tool->name);
	for (size_t i = 0; i < tool->command_count; i++) {
		printf("\t\t'%s:", tool->commands[i].name);
		print_quoted(tool->commands[i].summary, ":\\");
		printf("'\n");
	}
	printf("\t)\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n"
	       "\t\t_arguments '-h[print the help]' '--help[print the help]' "
	       "'--version[print the version]' \\\n"
	       "\t\t\t'--print-completion[print completion for a shell]'\n\t\treturn\n"
	       "\tfi\n\tshift words\n\t((CURRENT--))\n\tcase $words[1] in\n"
	       "\t--print-completion)\n\t\t_values shell bash zsh fish ;;\n");
	for (size_t i = 0; i < tool->command_count; i++)
		zsh_command(&tool->commands[i]);
	printf("\tesac\n}\n_%s \"$@\"\n", tool->name);
}

static void fish_option(const struct abilock_tool *tool, const struct abilock_command *command,
			const struct abilock_option *option)
{
	printf("complete -c %s -n '__fish_seen_subcommand_from %s'", tool->name, command->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	printf(" -l %s", option->name);
	if (is_choice(option)) {
		printf(" -x -a '");
		print_choices(option->arg);
		printf("'");
	} else if (option->arg) {
		printf(" -r");
	}
	printf(" -d '");
	print_quoted(option->help, "\\");
	printf("'\n");
}

static void complete_fish(const struct abilock_tool *tool)
{
	printf("complete -c %s -s h -l help -d 'print the help'\n"
	       "complete -c %s -n __fish_use_subcommand -l version -d 'print the version'\n"
	       "complete -c %s -n __fish_use_subcommand -l print-completion -x -a 'bash zsh fish' "
	       "-d 'print completion for a shell'\n",
	       tool->name, tool->name, tool->name);
	for (size_t i = 0; i < tool->command_count; i++) {
		const struct abilock_command *c = &tool->commands[i];

		printf("complete -c %s -n __fish_use_subcommand -a %s -d '", tool->name, c->name);
		print_quoted(c->summary, "\\");
		printf("'\n");
		for (size_t k = 0; k < c->option_count; k++)
			fish_option(tool, c, &c->options[k]);
	}
}

static int print_completion(const struct abilock_invocation *inv, const char *shell)
{
	static const struct {
		const char *shell;
		void (*print)(const struct abilock_tool *tool);
	} shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};

	for (size_t i = 0; shell && i < ARRAY_SIZE(shells); i++) {
		if (str_eq(shell, shells[i].shell)) {
			shells[i].print(inv->tool);
			return ABILOCK_EXIT_OK;
		}
	}
	return abilock_cli_usage(inv, "--print-completion takes bash, zsh or fish");
}

/* Options of which a word is the beginning; getopt takes one, and none of several. */
static size_t count_completions(const struct abilock_command *command, const char *word)
{
	const size_t length = strcspn(word, "=");
	size_t count = 0;

	for (size_t i = 0; i < command->option_count; i++)
		count += strncmp(command->options[i].name, word, length) == 0;
	return count;
}

/* getopt reports by what it stopped at: a letter in optopt, or the whole word. */
static int bad_option(const struct abilock_invocation *inv, int c, char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_long = optopt == 0 || optopt >= OPTION_BASE || optopt == OPTION_HELP;
	const char *shown = is_long ? word : letter;

	if (c == ':')
		return abilock_cli_usage(inv, "option '%s' needs an argument", shown);
	if (optopt >= OPTION_HELP)
		return abilock_cli_usage(inv, "option '%s' takes no argument", shown);
	if (is_long && count_completions(inv->command, word + strlen("--")) > 1)
		return abilock_cli_usage(inv, "option '%s' is ambiguous: write more of it", shown);
	return abilock_cli_usage(inv, "unknown option '%s'", shown);
}

static int check_operands(const struct abilock_invocation *inv)
{
	const struct abilock_command *c = inv->command;

	if (inv->operand_count < (size_t)c->min_operands)
		return abilock_cli_usage(inv, "missing operand: expected %s", c->operands);
	if (c->max_operands >= 0 && inv->operand_count > (size_t)c->max_operands)
		return abilock_cli_usage(inv, "extra operand '%s'", inv->operands[c->max_operands]);
	return ABILOCK_EXIT_OK;
}

/* Options first: they say whether the operands matter at all. argv[0] is the command's name. */
static int run_command(struct abilock_invocation *inv, int argc, char **argv)
{
	const struct abilock_command *command = inv->command;
	_cleanup_(freep) struct option *longs = calloc(command->option_count + 2, sizeof(*longs));
	_cleanup_(freep) char *shorts = calloc(1, command->option_count * 2 + 4);
	_cleanup_(freep) struct abilock_option_value *values =
		calloc((size_t)argc + 1, sizeof(*values));
	_cleanup_(freep) char **operands = calloc((size_t)argc + 1, sizeof(*operands));
	int c;

	if (!longs || !shorts || !values || !operands)
		return abilock_cli_fail(inv, &(struct abilock_error){.message = "out of memory"});
	/* '-': operands come in their turn, because there are options for the ones that follow. */
	strcpy(shorts, "-:h");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct abilock_option *o = &command->options[i];

		longs[i] = (struct option){o->name, o->arg ? required_argument : no_argument, NULL,
					   OPTION_BASE + (int)i};
		if (o->letter)
			(void)sprintf(shorts + strlen(shorts), "%c%s", o->letter,
				      o->arg ? ":" : "");
	}
	longs[command->option_count] = (struct option){"help", no_argument, NULL, OPTION_HELP};

	inv->operands = operands;
	optind = 0; /* start over: a test runs several command lines in one process */
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		size_t i = 0;

		if (c == OPERAND) {
			operands[inv->operand_count++] = optarg;
			continue;
		}
		if (c == 'h' || c == OPTION_HELP)
			return command_help(inv);
		if (c == '?' || c == ':')
			return bad_option(inv, c, argv);
		while (c != OPTION_BASE + (int)i && c != command->options[i].letter)
			i++;
		values[inv->option_count++] = (struct abilock_option_value){
			command->options[i].id, optarg, inv->operand_count};
	}
	inv->options = values;
	while (optind < argc) /* behind -- */
		operands[inv->operand_count++] = argv[optind++];
	c = check_operands(inv);
	return c == ABILOCK_EXIT_OK ? command->run(inv) : c;
}

static int dispatch(const struct abilock_tool *tool, int argc, char **argv)
{
	struct abilock_invocation inv = {.tool = tool};
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word)
		return abilock_cli_usage(&inv, "missing command");
	if (str_eq(word, "--help") || str_eq(word, "-h")) {
		tool_help(tool);
		return ABILOCK_EXIT_OK;
	}
	if (str_eq(word, "--version")) {
		printf("%s (abilock) %s\n", tool->name, ABILOCK_VERSION);
		return ABILOCK_EXIT_OK;
	}
	if (str_eq(word, "--print-completion"))
		return print_completion(&inv, argc == 3 ? argv[2] : NULL);
	for (size_t i = 0; i < tool->command_count; i++) {
		if (str_eq(word, tool->commands[i].name)) {
			inv.command = &tool->commands[i];
			return run_command(&inv, argc - 1, argv + 1);
		}
	}
	return abilock_cli_usage(&inv, "unknown %s '%s'", word[0] == '-' ? "option" : "command",
				 word);
}

/*
 * With a standard descriptor closed, the next file opened would get its number, and what is meant
 * for stdout would land in it. Opened the wrong way round, each use fails as if it were closed.
 */
static void reserve_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

static int flush_stdout(const struct abilock_tool *tool, int status)
{
	const bool failed = ferror(stdout) != 0;
	const int earlier = errno;

	if (fflush(stdout) == 0 && !failed)
		return status;
	fprintf(stderr, "%s: standard output: %s\n", tool->name,
		strerror(failed && earlier ? earlier : errno));
	return ABILOCK_EXIT_ERROR;
}

int abilock_cli_flush(const struct abilock_invocation *inv, int status)
{
	return flush_stdout(inv->tool, status);
}

int abilock_cli_run(const struct abilock_tool *tool, int argc, char **argv)
{
	reserve_standard_fds();
	int status = dispatch(tool, argc, argv);

	if (status != ABILOCK_EXIT_ERROR)
		return flush_stdout(tool, status);
	(void)fflush(stdout); /* if that fails, the command has said it */
	return status;
}

void abilock_names_deinit(struct abilock_names *names)
{
	free(names->items);
	abilock_arena_clear(&names->arena);
	*names = (struct abilock_names){0};
}

static int names_push(struct abilock_names *names, const char *name, struct abilock_error *err)
{
	const char **slot =
		name ? abilock_array_push(&names->items, &names->count, sizeof(*slot)) : NULL;

	if (!slot)
		return abilock_error_nomem(err);
	*slot = name;
	return 0;
}

static int names_from_stdin(struct abilock_names *names, bool nul, struct abilock_error *err)
{
	_cleanup_(freep) char *line = NULL;
	const char delimiter = nul ? '\0' : '\n';
	size_t size = 0;
	ssize_t len;
	int r = 0;

	while (r == 0 && (len = getdelim(&line, &size, delimiter, stdin)) >= 0) {
		if (len > 0 && line[len - 1] == delimiter)
			line[--len] = '\0';
		if (strlen(line) != (size_t)len)
			return abilock_error_set(err, ABILOCK_E_USAGE, "stdin", NULL, 0,
						 "a NUL byte in a line: are the names separated by "
						 "NUL (-0)?");
		if (len > 0)
			r = names_push(names, abilock_arena_strdup(&names->arena, line), err);
	}
	if (r == 0 && ferror(stdin))
		return abilock_error_set(err, ABILOCK_E_IO, "stdin", NULL, 0, "%s",
					 strerror(errno));
	return r;
}

int abilock_cli_names(const struct abilock_invocation *inv, bool nul, struct abilock_names *ret,
		      struct abilock_error *err)
{
	_cleanup_(abilock_names_deinit) struct abilock_names names = {0};
	int r = 0;

	if (inv->operand_count == 0 && !isatty(STDIN_FILENO))
		r = names_from_stdin(&names, nul, err);
	for (size_t i = 0; r == 0 && i < inv->operand_count; i++) {
		if (str_eq(inv->operands[i], "-"))
			r = names_from_stdin(&names, nul, err);
		else
			r = names_push(&names, inv->operands[i], err);
	}
	if (r == 0 && names.count == 0)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "no file names: expected %s, or names on the standard "
					 "input (see '%s %s --help')",
					 inv->command->operands, inv->tool->name,
					 inv->command->name);
	if (r < 0)
		return r;
	*ret = names;
	names = (struct abilock_names){0};
	return 0;
}

static int fail_output(const struct abilock_output *out, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, out->path ? out->path : "standard output", NULL,
				 0, "%s", strerror(errno ? errno : EIO));
}

/* The mode that open() would give: mkstemp() makes every file private. */
static int open_temp(struct abilock_output *out)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	if (asprintf(&out->temp, "%.*s.%s.XXXXXX", (int)(path_base(out->path) - out->path),
		     out->path, path_base(out->path)) < 0) {
		out->temp = NULL;
		return -1;
	}
	int fd = mkostemp(out->temp, O_CLOEXEC);
	if (fd < 0) {
		free(take_ptr(out->temp));
		return -1;
	}
	(void)fchmod(fd, 0666 & ~mask);
	return fd;
}

/* Through a symbolic link the file behind it is replaced, not the link; it need not be there yet.
 */
static char *find_destination(const char *path)
{
	char target[PATH_MAX], *real = realpath(path, NULL);
	const ssize_t length = real ? -1 : readlink(path, target, sizeof(target) - 1);

	if (real || length < 0)
		return real ? real : strdup(path);
	target[length] = '\0';
	const int folder = target[0] == '/' ? 0 : (int)(path_base(path) - path);
	return asprintf(&real, "%.*s%s", folder, path, target) < 0 ? NULL : real;
}

bool abilock_cli_is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int abilock_output_open(struct abilock_output *out, const char *path, struct abilock_error *err)
{
	struct stat st;

	*out = (struct abilock_output){.file = stdout};
	if (!path || str_eq(path, "-"))
		return 0;
	if (!*path)
		return abilock_error_set(err, ABILOCK_E_USAGE, NULL, NULL, 0,
					 "the name of the output is empty");
	out->path = find_destination(path);
	if (!out->path)
		return abilock_error_nomem(err);
	/* Renaming over /dev/null would replace the device. */
	bool in_place = stat(out->path, &st) == 0 && !S_ISREG(st.st_mode);
	_cleanup_(closep) int fd =
		in_place ? open(out->path, O_WRONLY | O_CLOEXEC) : open_temp(out);
	out->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!out->file)
		return fail_output(out, err);
	fd = -1;
	return 0;
}

int abilock_output_replace(struct abilock_output *out, const char *path, struct abilock_error *err)
{
	struct stat st;

	if (access(path, W_OK) < 0 || stat(path, &st) < 0)
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
	int r = abilock_output_open(out, path, err);
	if (r == 0)
		(void)fchmod(fileno(out->file), st.st_mode & 07777);
	return r;
}

/* Whether the temporary file has the bytes of the destination. What cannot be read differs. */
static bool is_unchanged(const struct abilock_output *out)
{
	_cleanup_(closep) int old = open(out->path, O_RDONLY | O_CLOEXEC);
	const int new = fileno(out->file);
	char a[16384], b[sizeof(a)];
	struct stat st, new_st;
	off_t at = 0;

	if (old < 0 || fstat(old, &st) < 0 || fstat(new, &new_st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != new_st.st_size)
		return false;
	while (at < st.st_size) {
		ssize_t n = pread(old, a, sizeof(a), at);

		if (n <= 0 || pread(new, b, (size_t)n, at) != n || memcmp(a, b, (size_t)n) != 0)
			return false;
		at += n;
	}
	return true;
}

int abilock_output_commit(struct abilock_output *out, struct abilock_error *err)
{
	bool failed = ferror(out->file) != 0 || fflush(out->file) != 0;
	const bool unchanged = !failed && out->temp && is_unchanged(out);
	FILE *file = take_ptr(out->file);
	int r = 0;

	if (file != stdout)
		failed |= fclose(file) != 0;
	if (!failed && out->temp && !unchanged) {
		failed = rename(out->temp, out->path) != 0;
		if (!failed)
			free(take_ptr(out->temp));
	}
	if (failed)
		r = fail_output(out, err);
	abilock_output_discard(out);
	return r;
}

void abilock_output_discard(struct abilock_output *out)
{
	if (out->file && out->file != stdout)
		(void)fclose(out->file);
	if (out->temp)
		(void)unlink(out->temp);
	free(out->temp);
	free(out->path);
	*out = (struct abilock_output){0};
}
