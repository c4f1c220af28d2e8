/* SPDX-License-Identifier: MIT */
#include "deps.h"

#include "batch.h"
#include "deb/gensymbols.h"
#include "deb/shlibdeps.h"
#include "rpm.h"

const struct abilock_option abilock_deps_option_table[] = {
	{"rpm-provides", 'P', NULL, "what files provide, in RPM's words", OPT_DEPS_RPM_PROVIDES},
	{"rpm-requires", 'R', NULL, "what files require, in RPM's words", OPT_DEPS_RPM_REQUIRES},
	{"rpm-recommends", 0, NULL, "libraries that files open and do well with, in RPM's words",
	 OPT_DEPS_RPM_RECOMMENDS},
	{"rpm-suggests", 0, NULL, "libraries that files open and can do without, in RPM's words",
	 OPT_DEPS_RPM_SUGGESTS},
	{"deb-symbols", 0, NULL, "a Debian symbols file for libraries", OPT_DEPS_DEB_SYMBOLS},
	{"deb-depends", 0, NULL, "Debian dependencies of programs and libraries",
	 OPT_DEPS_DEB_DEPENDS},
	{"format", 0, "text|json|tsv", "form of the output (default: text)", OPT_DEPS_FORMAT},
	BATCH_OPTIONS,
	RPM_OPTIONS,
	GENSYMBOLS_OPTIONS,
	SHLIBDEPS_OPTIONS,
};
const size_t abilock_deps_option_count = ARRAY_SIZE(abilock_deps_option_table);

const char abilock_deps_help[] =
	"What depends on what, in the words of RPM and of Debian. One option says in whose:\n\n"
	"  --rpm-provides and --rpm-requires (rpm): a sorted list, as rpm's elfdeps\n"
	"  --rpm-recommends and --rpm-suggests (rpm): the same, from .note.dlopen\n"
	"  --deb-symbols (deb-symbols): a symbols file, as dpkg-gensymbols\n"
	"  --deb-depends (deb-depends): ${shlibs:Depends}, as dpkg-shlibdeps\n\n"
	"The other options are grouped by what they are for; those for deb belong to both of "
	"Debian's. Options that are not for what was asked are refused.\n\n"
	"Examples:\n"
	"  abiaudit deps --rpm-requires --recursive BUILDROOT\n"
	"  abiaudit deps --deb-symbols --package libfoo1 --build-dir debian/libfoo1\n"
	"  abiaudit deps --deb-depends -r --substvars debian/foo.substvars debian/foo\n\n"
	"Without a FILE, or where FILE is -, names are read from the standard input, one a line. "
	"A file that cannot be read or is damaged gets one line on the standard error, and no "
	"shortened list; the other files are still answered. All about it: abiaudit-deps(1).";

int deps_format(const struct abilock_invocation *inv, enum format *ret_format)
{
	return format_parse(inv, abilock_cli_value(inv, OPT_DEPS_FORMAT, NULL), ret_format);
}

/* The group is the word in front of the help of a mode's options, or its first part ("deb"). */
static const struct mode {
	int id;
	const char *group;
} modes[] = {
	{OPT_DEPS_RPM_PROVIDES, "rpm"},	       {OPT_DEPS_RPM_REQUIRES, "rpm"},
	{OPT_DEPS_RPM_RECOMMENDS, "rpm"},      {OPT_DEPS_RPM_SUGGESTS, "rpm"},
	{OPT_DEPS_DEB_SYMBOLS, "deb-symbols"}, {OPT_DEPS_DEB_DEPENDS, "deb-depends"},
};

static const struct abilock_option *option_row(int id)
{
	size_t i = 0;

	while (abilock_deps_option_table[i].id != id)
		i++;
	return &abilock_deps_option_table[i];
}

/* The one mode that was asked for; of RPM's, any. */
static int find_mode(const struct abilock_invocation *inv, const struct mode **ret_mode)
{
	const struct mode *mode = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		if (!abilock_cli_has(inv, modes[i].id))
			continue;
		/* A habit from dpkg-gensymbols, where -P is the build tree. */
		if (mode && !str_eq(mode->group, modes[i].group))
			return abilock_cli_usage(
				inv, "--%s and --%s exclude each other%s",
				option_row(mode->id)->name, option_row(modes[i].id)->name,
				mode->id == OPT_DEPS_RPM_PROVIDES
					? "; the -P of dpkg-gensymbols is --build-dir"
					: "");
		mode = &modes[i];
	}
	if (!mode)
		return abilock_cli_usage(inv, "expected one of --rpm-provides, --rpm-requires, "
					      "--rpm-recommends, --rpm-suggests, --deb-symbols "
					      "and --deb-depends");
	*ret_mode = mode;
	return ABILOCK_EXIT_OK;
}

/* An option that would be ignored is a mistake. */
static int check_options(const struct abilock_invocation *inv, const struct mode *mode)
{
	for (size_t i = 0; i < inv->option_count; i++) {
		const struct abilock_option *option = option_row(inv->options[i].id);
		const size_t length = abilock_option_group(option);

		if (strncmp(option->help + 1, mode->group, length) != 0)
			return abilock_cli_usage(inv, "--%s is an option for %.*s, not for --%s",
						 option->name, (int)length, option->help + 1,
						 option_row(mode->id)->name);
	}
	if (!str_eq(mode->group, "rpm") && abilock_cli_has(inv, OPT_BATCH_JOBS))
		return abilock_cli_usage(inv,
					 "--jobs does not go with --%s: it gives one answer "
					 "for all files",
					 option_row(mode->id)->name);
	if (mode->id == OPT_DEPS_DEB_SYMBOLS && abilock_cli_has(inv, OPT_BATCH_RECURSIVE))
		return abilock_cli_usage(inv, "--deb-symbols takes no --recursive: name the "
					      "libraries, or a build tree with --build-dir");
	return ABILOCK_EXIT_OK;
}

int cmd_deps(const struct abilock_invocation *inv)
{
	const struct mode *mode = NULL;
	int status = find_mode(inv, &mode);

	if (status == ABILOCK_EXIT_OK)
		status = check_options(inv, mode);
	if (status != ABILOCK_EXIT_OK)
		return status;
	if (mode->id == OPT_DEPS_DEB_SYMBOLS)
		return gensymbols_run(inv);
	if (mode->id == OPT_DEPS_DEB_DEPENDS)
		return shlibdeps_run(inv);
	return rpm_run(inv);
}
