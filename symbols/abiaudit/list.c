/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "batch.h"
#include "batch_format.h"
#include "json.h"
#include "listing.h"
#include "tsv.h"

enum {
	OPT_ALL = 1,
	OPT_EXPORTS,
	OPT_VERSIONS,
	OPT_NODES,
	OPT_NEEDS,
	OPT_WHY,
	OPT_FACTS,
	OPT_FORMAT,
};

const struct abilock_option abilock_list_option_table[] = {
	{"exports", 'e', NULL, "the exported symbols; with --facts, this is the default",
	 OPT_EXPORTS},
	{"all", 'a', NULL, "the whole table: undefined, local and hidden symbols too", OPT_ALL},
	{"versions", 'V', NULL, "the version tables, as `readelf -W -V` has them", OPT_VERSIONS},
	{"nodes", 0, NULL, "the version nodes that are defined, with parents and flags", OPT_NODES},
	{"needs", 0, NULL, "the files that are needed, and the nodes of each", OPT_NEEDS},
	{"why", 0, NULL, "under each needed node, the symbols that it is needed for", OPT_WHY},
	{"facts", 0, NULL, "what is worth knowing beside the lists: abiaudit-facts(7)", OPT_FACTS},
	{"format", 0, "text|json|tsv", "form of the output (default: text)", OPT_FORMAT},
	BATCH_OPTIONS,
};
const size_t abilock_list_option_count = ARRAY_SIZE(abilock_list_option_table);

const char abilock_list_help[] =
	"What a program or shared object exports, defines and needs. Without an option that asks "
	"for something else: the exported symbols with their version nodes, and facts worth "
	"knowing. Where several things are asked for, they come in the order of the options "
	"below.\n\n"
	"Rows of symbols have the form of `readelf -W --dyn-syms`, and keep the numbers that they "
	"have there; with --all the output is the same, byte for byte. So is that of --versions "
	"and `readelf -W -V`.\n\n"
	"Tables are found as the dynamic linker finds them, through the program headers: a file "
	"may have no section headers, or ones that show something else. Only --versions goes by "
	"section headers, as readelf does, where a file has any.\n\n"
	"Without a FILE, or where FILE is -, names are read from the standard input, one a line. "
	"A file that cannot be read or is damaged gets one line on the standard error, and no "
	"shortened list; the other files are still listed.\n\n"
	"Examples:\n"
	"  abiaudit list --why /usr/bin/foo          why does it need GLIBC_2.34?\n"
	"  abiaudit list --needs --nodes libfoo.so   nodes, without their symbols\n"
	"  abiaudit list -r -j 0 --format json DIR   all of a folder, for programs";

/* The question, the same for each file. */
struct question {
	unsigned views;
	enum readelf_rows rows;
	bool shorten;
	int (*write)(const struct listing *listing, struct abilock_text *out,
		     struct abilock_error *err);
};

static int ask(const void *context, const char *path, struct batch_answer *answer,
	       struct abilock_error *err)
{
	const struct question *question = context;
	_cleanup_(listing_deinit) struct listing listing = {
		.views = question->views, .rows = question->rows, .shorten = question->shorten};

	int r = listing_read(&listing, path, err);
	return r < 0 ? r : question->write(&listing, &answer->out, err);
}

/* Views that were asked for, apart from the rows. */
static unsigned asked_views(const struct abilock_invocation *inv)
{
	static const struct {
		int option;
		unsigned view;
	} views[] = {
		{OPT_VERSIONS, VIEW_VERSIONS}, {OPT_NODES, VIEW_NODES}, {OPT_NEEDS, VIEW_NEEDS},
		{OPT_WHY, VIEW_WHY},	       {OPT_FACTS, VIEW_FACTS},
	};
	unsigned asked = 0;

	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		if (abilock_cli_has(inv, views[i].option))
			asked |= views[i].view;
	return asked;
}

static struct question make_question(const struct abilock_invocation *inv, enum format format)
{
	const bool rows = abilock_cli_has(inv, OPT_ALL) || abilock_cli_has(inv, OPT_EXPORTS);
	struct question question = {
		.views = asked_views(inv),
		.rows = abilock_cli_has(inv, OPT_ALL) ? READELF_ALL : READELF_EXPORTS,
		.write = format == FORMAT_JSON	? listing_json
			 : format == FORMAT_TSV ? listing_tsv
						: listing_text,
	};
	const bool plain = question.views == 0;

	/* Programs get all that is cheap where they do not ask for a part. */
	if (plain && format != FORMAT_TEXT)
		question.views = VIEW_SYMBOLS | VIEW_NODES | VIEW_NEEDS;
	else if (plain && !rows)
		question.views = VIEW_SYMBOLS | VIEW_FACTS;
	question.shorten = plain;
	if (rows)
		question.views |= VIEW_SYMBOLS;
	if (format != FORMAT_TEXT)
		question.views |= VIEW_FACTS;
	return question;
}

int cmd_list(const struct abilock_invocation *inv)
{
	enum format format;

	int status = format_parse(inv, abilock_cli_value(inv, OPT_FORMAT, NULL), &format);
	if (status != ABILOCK_EXIT_OK)
		return status;
	const struct question question = make_question(inv, format);
	struct batch batch = {.ask = ask, .context = &question};
	format_batch(format, &batch);
	if (format == FORMAT_TEXT)
		batch.title = "\nFile: ";
	return batch_run(inv, &batch);
}
