/* SPDX-License-Identifier: MIT */
#include "report_text.h"

/* Symbols named in full behind a finding, and findings with the same code; the rest is a number. */
enum { SYMBOLS_SHOWN = 3, FINDINGS_SHOWN = 8 };

/* Word at the start of a finding's line. */
static const char *label(enum abilock_code code)
{
	switch (code) {
	case ABILOCK_MISSING_NODE:
	case ABILOCK_MISSING_SYMBOL:
	case ABILOCK_MISSING_LIBRARY:
	case ABILOCK_MISSING_LIBRARY_NODE:
	case ABILOCK_UNRESOLVED_SYMBOL: return "missing";
	case ABILOCK_PROMOTED_SYMBOL: return "promoted";
	case ABILOCK_WEAK_NODE:
	case ABILOCK_WEAK_REFERENCES_ONLY: return "weak";
	case ABILOCK_STALE_HOST: return "on disk";
	case ABILOCK_SECOND_HOST_COPY: return "copy";
	case ABILOCK_STAMP_MISMATCH: return "stamp";
	case ABILOCK_UNSAFE_PATH: return "unsafe";
	case ABILOCK_NOT_LINKED:
	case ABILOCK_UNVERSIONED_REFERENCE: return "unlocked";
	case ABILOCK_DATA_ONLY:
	case ABILOCK_NO_HOST_SYMBOL:
	case ABILOCK_NO_MARKER:
	case ABILOCK_NO_NOTE: return "no lock";
	default: return "refused";
	}
}

void abilock_report_print_headline(const struct abilock_report *report, FILE *out)
{
	const struct abilock_finding *finding = report->findings;
	const char *module = report->module.path;

	/* A node that is missing is what glibc would complain of, whatever we know beyond that. */
	for (size_t i = 0; i < report->finding_count; i++)
		if (report->findings[i].code == ABILOCK_MISSING_NODE)
			finding = &report->findings[i];
	switch (finding->code) {
	case ABILOCK_MISSING_NODE:
	case ABILOCK_MISSING_LIBRARY_NODE:
		(void)fprintf(out, "%s: version `%s' not found (required by %s)", finding->provider,
			      finding->subject, finding->needed_by);
		break;
	case ABILOCK_MISSING_SYMBOL:
	case ABILOCK_UNRESOLVED_SYMBOL:
		(void)fprintf(out, "%s: undefined symbol: %s", finding->needed_by,
			      finding->subject);
		break;
	case ABILOCK_MISSING_LIBRARY:
		(void)fprintf(out, "%s: cannot open shared object file: No such file or directory",
			      finding->subject);
		break;
	case ABILOCK_WRONG_CLASS: (void)fprintf(out, "%s: wrong ELF class", module); break;
	case ABILOCK_WRONG_BYTE_ORDER:
		(void)fprintf(out, "%s: ELF file data encoding is wrong", module);
		break;
	case ABILOCK_WRONG_MACHINE:
		(void)fprintf(out, "%s: ELF file's machine is wrong", module);
		break;
	default: (void)fprintf(out, "%s: refused: %s", module, abilock_code_summary(finding->code));
	}
}

static void print_build(const struct abilock_build *build, const char *name, const char *verb,
			FILE *out)
{
	(void)fprintf(out, "  %-8s %s", name, build->path);
	if (build->tag)
		(void)fprintf(out, "  %s %s%s%s", verb, build->host ? build->host : "",
			      build->host ? " " : "", build->tag);
	if (build->package)
		(void)fprintf(out, " (package %s)", build->package);
	else if (!build->tag && build->build_id)
		(void)fprintf(out, "  (build-id %s)", build->build_id);
	(void)fputc('\n', out);
}

static void print_symbols(const struct abilock_finding *finding, FILE *out)
{
	size_t shown = finding->symbol_count;

	/* One more than the limit is as short as "and 1 more". */
	if (shown > SYMBOLS_SHOWN + 1)
		shown = SYMBOLS_SHOWN;
	for (size_t i = 0; i < shown; i++) {
		bool last = i + 1 == finding->symbol_count;

		(void)fprintf(out, "%s%s",
			      i == 0 ? ""
			      : last ? " and "
				     : ", ",
			      finding->symbols[i]);
	}
	if (shown < finding->symbol_count)
		(void)fprintf(out, " and %zu more", finding->symbol_count - shown);
}

static void print_finding(const struct abilock_finding *finding, FILE *out)
{
	(void)fprintf(out, "  %-8s %s", label(finding->code), finding->subject);
	if (finding->symbol_count) {
		(void)fprintf(out, "  needed by ");
		print_symbols(finding, out);
	}
	(void)fprintf(out, "  [%s] %s\n", abilock_code_name(finding->code), finding->detail);
}

/* Findings come sorted by code. A module from another system can have hundreds of one kind. */
static void print_findings(const struct abilock_report *report, FILE *out)
{
	size_t alike = 0;

	for (size_t i = 0; i < report->finding_count; i++) {
		const struct abilock_finding *finding = &report->findings[i];
		bool last = i + 1 == report->finding_count || finding[1].code != finding->code;

		alike++;
		if (alike <= FINDINGS_SHOWN || (last && alike == FINDINGS_SHOWN + 1))
			print_finding(finding, out);
		else if (last)
			(void)fprintf(out, "  %-8s and %zu more  [%s]\n", label(finding->code),
				      alike - FINDINGS_SHOWN, abilock_code_name(finding->code));
		if (last)
			alike = 0;
	}
}

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

/* Whether the first finding is a private node that went with its types. */
static bool has_other_types(const struct abilock_report *report)
{
	const struct abilock_finding *finding = report->findings;

	return (finding->code == ABILOCK_MISSING_NODE || finding->code == ABILOCK_OTHER_BUILD) &&
	       abilock_node_name_fingerprint(finding->subject);
}

void abilock_report_fix(const struct abilock_report *report, char *buf, size_t size)
{
	const char *module = path_base(or_else(report->module.path, "the module"));
	const char *host = or_else(report->host.package, or_else(report->host.host, "host"));

	buf[0] = '\0';
	if (report->finding_count == 0)
		return;
	switch (report->findings[0].code) {
	case ABILOCK_WRONG_CLASS:
	case ABILOCK_WRONG_BYTE_ORDER:
	case ABILOCK_WRONG_MACHINE:
		(void)snprintf(buf, size, "install the %s for this machine", module);
		break;
	case ABILOCK_NOT_A_MODULE:
		(void)snprintf(buf, size, "give the module's own file, or link it with -shared");
		break;
	case ABILOCK_UNSAFE_PATH:
		(void)snprintf(buf, size, "take the write permission from others (chmod o-w)");
		break;
	case ABILOCK_STALE_HOST:
		(void)snprintf(buf, size,
			       "restart the host: the module belongs to the build that "
			       "is on disk now");
		break;
	case ABILOCK_SECOND_HOST_COPY:
		(void)snprintf(buf, size,
			       "link the module without a run path to the host's "
			       "library, and the host with that library or its soname");
		break;
	case ABILOCK_HOST_NOT_LOCKED:
		(void)snprintf(buf, size,
			       "put ABILOCK_HOST(); into one source file of the host, and "
			       "rebuild it");
		break;
	case ABILOCK_MISLABELLED:
		(void)snprintf(buf, size,
			       "rebuild %s with ABILOCK_MODULE(..., PRIVATE), or without the "
			       "private symbols",
			       module);
		break;
	case ABILOCK_HOST_WITHOUT_NODES:
		(void)snprintf(buf, size,
			       "relink the host with the version script that "
			       "`versiongen map` writes");
		break;
	case ABILOCK_HOST_WITHOUT_SONAME:
		(void)snprintf(buf, size, "relink the host with -Wl,-soname,%s, not with gold",
			       report->findings[0].subject);
		break;
	case ABILOCK_WEAK_NODE:
	case ABILOCK_NOT_LINKED:
	case ABILOCK_UNVERSIONED_REFERENCE:
	case ABILOCK_WEAK_REFERENCES_ONLY:
	case ABILOCK_DATA_ONLY:
	case ABILOCK_NO_HOST_SYMBOL:
	case ABILOCK_NO_MARKER:
	case ABILOCK_NO_NOTE:
		(void)snprintf(buf, size,
			       "rebuild %s with ABILOCK_MODULE() and link it with the "
			       "host or its stub",
			       module);
		break;
	case ABILOCK_MISSING_LIBRARY:
	case ABILOCK_LIBRARY_WITHOUT_NODES:
	case ABILOCK_MISSING_LIBRARY_NODE:
		(void)snprintf(buf, size,
			       "install the library that %s was built with, or rebuild "
			       "%s on this system",
			       module, module);
		break;
	case ABILOCK_UNRESOLVED_SYMBOL:
		(void)snprintf(buf, size,
			       "load the module that defines %s first, or rebuild %s "
			       "for this host",
			       report->findings[0].subject, module);
		break;
	default:
		if (has_other_types(report)) {
			(void)snprintf(buf, size,
				       "rebuild %s, or install the one that was built with this "
				       "%s%s",
				       module, host,
				       report->types_are_told ? ""
							      : "; `abiaudit verify --types` says "
								"which types changed");
			break;
		}
		(void)snprintf(buf, size,
			       "install the %s that was built with this %s, or rebuild it", module,
			       host);
	}
}

/* @p reassurance ends the last line. */
static void print_details(const struct abilock_report *report, const char *reassurance, FILE *out)
{
	char fix[512];

	print_build(&report->module, "module", "built for", out);
	print_build(&report->host, "host", "is", out);
	if (report->installed.path)
		print_build(&report->installed, "on disk", "is", out);
	print_findings(report, out);
	abilock_report_fix(report, fix, sizeof(fix));
	if (fix[0])
		(void)fprintf(out, "  %-8s %s%s\n", "fix", fix, reassurance);
}

void abilock_report_print_details(const struct abilock_report *report, FILE *out)
{
	print_details(report, "", out);
}

char *abilock_report_text(const struct abilock_report *report)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	abilock_report_print_headline(report, out);
	(void)fputc('\n', out);
	print_details(report, "; no code of the module was run", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	if (size > 0 && text[size - 1] == '\n')
		text[size - 1] = '\0';
	return text;
}

/* The line that glibc would print, or the nearest to it. */
static void print_error_headline(const char *path, const struct abilock_error *error, FILE *out)
{
	if (error->code == ABILOCK_E_IO && !error->table[0])
		(void)fprintf(out, "%s: cannot open shared object file", path);
	else if (error->code == ABILOCK_E_NOT_ELF)
		(void)fprintf(out, "%s: invalid ELF header", path);
	else
		(void)fprintf(out, "%s: refused: %s", path, abilock_error_name(error->code));
}

/* What to do, for the file that is at fault: the module, a library of it, or the program. */
static void print_error_fix(const struct abilock_error *error, const char *file, FILE *out)
{
	if (error->code == ABILOCK_E_IO)
		(void)fprintf(out, "check the path and the permissions of %s", file);
	else if (error->code == ABILOCK_E_NOMEM)
		(void)fputs("free memory", out);
	else
		(void)fprintf(out, "install or build %s again", file);
}

char *abilock_error_text(const char *path, const struct abilock_error *error)
{
	char line[1024];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	(void)abilock_error_format(error, line, sizeof(line));
	print_error_headline(path, error, out);
	(void)fprintf(out, "\n  found    %s\n  fix      ", line);
	print_error_fix(error, error->file[0] ? error->file : path, out);
	(void)fputs("; no code of the module was run", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

const char *abilock_error_name(int code)
{
	switch (code) {
	case ABILOCK_E_NOMEM: return "out-of-memory";
	case ABILOCK_E_IO: return "unreadable";
	case ABILOCK_E_NOT_ELF: return "not-elf";
	case ABILOCK_E_DAMAGED: return "damaged";
	case ABILOCK_E_UNSUPPORTED: return "unsupported";
	case ABILOCK_E_SYNTAX: return "syntax";
	default: return "usage";
	}
}
