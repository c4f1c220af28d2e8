/* SPDX-License-Identifier: MIT */
#include <ctype.h>

#include "depends_scan.h"
#include "shlibs.h"

/* How many missing symbols are named: of a library or program, and of what may be a plugin. */
enum { MAX_NAMED_PUBLIC = 10, MAX_NAMED_PRIVATE = 1 };

/* Only a name with a version is one for which a package can be expected to have information. */
void deb_depends_warn_missing(struct deb_depends *depends, const struct deb_subject *subject,
			      const char *soname, const char *run_path)
{
	struct deb_messages *messages = depends->settings.messages;
	struct deb_soname parts;
	const char *path = run_path ? run_path : "none";

	if (deb_soname_split(soname, &parts))
		deb_complain(messages,
			     "%s needs %s, and no such library for its kind of machine was found "
			     "(run path: %s)",
			     subject->path, soname, path);
	else
		deb_warn(messages,
			 "%s needs %s, and no such library for its kind of machine was found (run "
			 "path: %s); its name has no version, so it is taken for a private one",
			 subject->path, soname, path);
}

void deb_scan_warn_symbol(struct deb_scan *scan, const char *name, const char *version)
{
	struct deb_messages *messages = scan->depends->settings.messages;
	const size_t limit = scan->is_public ? MAX_NAMED_PUBLIC : MAX_NAMED_PRIVATE;

	if (scan->named >= limit && scan->depends->settings.verbosity == 0) {
		scan->unnamed++;
		return;
	}
	scan->named++;
	if (scan->is_public)
		deb_warn(messages, "%s uses the symbol %s%s%s, which none of its libraries has",
			 scan->subject->path, name, version ? "@" : "", version ? version : "");
	else
		deb_warn(messages,
			 "%s uses the symbol %s%s%s, which none of its libraries has: it is "
			 "probably a plugin",
			 scan->subject->path, name, version ? "@" : "", version ? version : "");
}

void deb_scan_warn_unnamed(struct deb_scan *scan)
{
	if (scan->unnamed > 0)
		deb_warn(scan->depends->settings.messages,
			 "%s: %zu more symbols that none of its libraries has (--verbose shows "
			 "them)",
			 scan->subject->path, scan->unnamed);
}

/* The C library's mathematics come with C++, whether used or not. */
static bool is_excused(const char *soname, bool with_cplusplus)
{
	return with_cplusplus && str_starts(soname, "libm.so.") && soname[8] &&
	       soname[8 + strspn(soname + 8, "0123456789")] == '\0';
}

static bool is_cplusplus(const char *soname)
{
	return str_starts(soname, "libstdc++.so.") &&
	       isdigit((unsigned char)soname[strlen("libstdc++.so.")]);
}

void deb_scan_warn_unused(struct deb_scan *scan)
{
	const struct deb_subject *subject = scan->subject;
	bool with_cplusplus = false;

	for (size_t i = 0; i < subject->need_count; i++)
		with_cplusplus = with_cplusplus || is_cplusplus(subject->needs[i].soname);
	for (size_t i = 0; i < subject->need_count; i++) {
		const struct deb_need *need = &subject->needs[i];

		if (need->candidates.count > 0 && need->used == 0 &&
		    !is_excused(need->soname, with_cplusplus))
			deb_warn(scan->depends->settings.messages,
				 "%s is linked with %s, but uses none of its symbols",
				 subject->path, need->soname);
	}
}

void deb_depends_warn_avoidable(struct deb_depends *depends)
{
	const struct deb_depends_state *state = depends->state;
	bool with_cplusplus = false;

	for (size_t i = 0; i < state->usage_count; i++)
		with_cplusplus = with_cplusplus || is_cplusplus(state->usage_list[i]->soname);
	for (size_t i = 0; i < state->usage_count; i++) {
		const struct deb_usage *usage = state->usage_list[i];

		if (usage->missing || usage->used > 0 || is_excused(usage->soname, with_cplusplus))
			continue;
		if (usage->file_count == 1)
			deb_warn(depends->settings.messages,
				 "a dependency could be avoided if %s were not linked with %s: it "
				 "uses none of its symbols",
				 usage->files[0], usage->soname);
		else
			deb_warn(depends->settings.messages,
				 "a dependency could be avoided if %s and %zu more were not linked "
				 "with %s: they use none of its symbols",
				 usage->files[0], usage->file_count - 1, usage->soname);
	}
}

void deb_depends_warn_outside(struct deb_depends *depends)
{
	const struct deb_depends_state *state = depends->state;
	struct deb_messages *messages = depends->settings.messages;

	if (state->outside_count == 1)
		deb_warn(messages,
			 "%s is in no package's build tree (no folder DEBIAN above it): whether "
			 "it is a plugin cannot be told. For debian/PACKAGE, make "
			 "debian/PACKAGE/DEBIAN first",
			 state->outside);
	else if (state->outside_count > 1)
		deb_warn(messages,
			 "%s and %zu more are in no package's build tree (no folder DEBIAN above "
			 "them): whether they are plugins cannot be told. For debian/PACKAGE, make "
			 "debian/PACKAGE/DEBIAN first",
			 state->outside, state->outside_count - 1);
}
