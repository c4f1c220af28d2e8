/* SPDX-License-Identifier: MIT */
/*
 * The XML of MODULEINFO and DOCUMENTATION. A block is a piece of a document: it gets a root element
 * around it, so that no block can declare a document type or an entity; nor may a document.
 */
#include <expat.h>

#include "source_reader.h"

/* No name that anybody closes by chance. */
static const char root_start[] = "<abilock-block>";
static const char root_end[] = "</abilock-block>";

struct element {
	const char *name; /* in the arena */
	size_t offset;
};

struct block {
	struct source_reader *reader;
	XML_Parser parser;
	bool is_documentation;
	bool is_document;      /* a file of its own */
	size_t start, length;  /* in the source */
	struct element *stack; /* malloc'ed; the first is the root */
	size_t depth;
	bool is_elsewhere; /* in an element of a document that is no documentation */
	/* The element below the root: */
	const struct rule *rule;
	struct abilock_place place;
	const char *type, *name, *priority, *module; /* attributes, in the arena, or NULL */
	struct abilock_text text;
};

enum take {
	TAKE_NOTHING,
	TAKE_TEXT,
	TAKE_FLAG,
	TAKE_USE, /* typed: TYPE=NAME */
	TAKE_PROVIDED,
	TAKE_CONFIG,
};

/* MODULEINFO: what menuselect knows, and keys of the manifest that nothing else could say. */
static const struct rule {
	const char *element;
	enum take take;
	const char *key; /* of the manifest */
} moduleinfo_rules[] = {
	{"arch", TAKE_TEXT, "arch"},
	{"canuse", TAKE_USE, "canuse"},
	{"config", TAKE_TEXT, "config"},
	{"conflict", TAKE_NOTHING, NULL},
	{"defaultenabled", TAKE_NOTHING, NULL},
	{"depend", TAKE_NOTHING, NULL},
	{"deprecated_in", TAKE_TEXT, "deprecated_in"},
	{"description", TAKE_TEXT, "description"},
	{"export_globals", TAKE_FLAG, "export_globals"},
	{"licence", TAKE_TEXT, "licence"},
	{"load_priority", TAKE_TEXT, "load_priority"},
	{"member", TAKE_NOTHING, NULL},
	{"member_data", TAKE_NOTHING, NULL},
	{"provides", TAKE_USE, "provides"},
	{"removed_in", TAKE_TEXT, "removed_in"},
	{"replacement", TAKE_TEXT, "replacement"},
	{"support_level", TAKE_TEXT, "support_level"},
	{"type", TAKE_TEXT, "type"},
	{"use", TAKE_USE, "uses"},
	{"willuse", TAKE_USE, "willuse"},
};

/* DOCUMENTATION: the key is the type of the capability. */
static const struct rule documentation_rules[] = {
	{"agi", TAKE_PROVIDED, "agi"},
	{"application", TAKE_PROVIDED, "application"},
	{"configInfo", TAKE_CONFIG, NULL},
	{"function", TAKE_PROVIDED, "function"},
	{"info", TAKE_NOTHING, NULL},
	{"manager", TAKE_PROVIDED, "manager"},
	/* Something that is said, not something to be had. */
	{"managerEvent", TAKE_NOTHING, NULL},
	{"module", TAKE_NOTHING, NULL},
	{"xi:include", TAKE_NOTHING, NULL},
};

static const struct rule *find_rule(const struct block *block, const char *element)
{
	const struct rule *rules = block->is_documentation ? documentation_rules : moduleinfo_rules;
	const size_t count = block->is_documentation ? ARRAY_SIZE(documentation_rules)
						     : ARRAY_SIZE(moduleinfo_rules);

	for (size_t i = 0; i < count; i++)
		if (str_eq(rules[i].element, element))
			return &rules[i];
	return NULL;
}

/* ---- places ---- */

/* Where the parser is, in the source; what stands in the root's tags is at the edges. */
static size_t offset(const struct block *block)
{
	const XML_Index index = XML_GetCurrentByteIndex(block->parser);
	size_t at = index < 0 ? 0 : (size_t)index;

	if (!block->is_document)
		at = at < strlen(root_start) ? 0 : at - strlen(root_start);
	return block->start + (at < block->length ? at : block->length);
}

static struct abilock_place place_at(const struct block *block, size_t at)
{
	return source_place(block->reader, at, 1);
}

static void stop(struct block *block)
{
	block->reader->failed = true;
	(void)XML_StopParser(block->parser, XML_FALSE);
}

/* ---- elements ---- */

static char *keep(struct block *block, const char *s)
{
	char *copy = abilock_arena_strdup(&block->reader->info->arena, s);

	if (!copy)
		stop(block);
	return copy;
}

static const char *attribute(struct block *block, const char **attributes, const char *name)
{
	for (; *attributes; attributes += 2)
		if (str_eq(attributes[0], name))
			return keep(block, attributes[1]);
	return NULL;
}

static void start_child(struct block *block, const char *element, const char **attributes)
{
	block->rule = find_rule(block, element);
	block->place = source_place(block->reader, offset(block), strlen(element) + 1);
	block->type = attribute(block, attributes, "type");
	block->name = attribute(block, attributes, "name");
	block->priority = attribute(block, attributes, "priority");
	abilock_text_clear(&block->text);
	if (!block->rule)
		source_report(block->reader, ABILOCK_LEVEL_WARNING, RULE_ELEMENT, block->place,
			      "the element '%s' is not known", element);
	block->module = attribute(block, attributes, "module");
}

/* Below configInfo: the name of a file. */
static void read_config_file(struct block *block, const char **attributes)
{
	const char *name = attribute(block, attributes, "name");

	if (name)
		source_add_fact(block->reader, "config", MODULEINFO_BLOCK,
				place_at(block, offset(block)), name, strlen(name));
	else
		source_report(block->reader, ABILOCK_LEVEL_ERROR, RULE_ELEMENT,
			      place_at(block, offset(block)), "configFile without a name");
}

static void on_start(void *data, const char *element, const char **attributes)
{
	struct block *block = data;
	struct element *pushed = abilock_array_push(&block->stack, &block->depth, sizeof(*pushed));

	if (!pushed) {
		stop(block);
		return;
	}
	*pushed = (struct element){keep(block, element), offset(block)};
	if (block->depth == 1)
		block->is_elsewhere = block->is_document && !str_eq(element, "docs");
	else if (block->depth == 2 && !block->is_elsewhere)
		start_child(block, element, attributes);
	else if (block->depth == 3 && block->rule && block->rule->take == TAKE_CONFIG &&
		 str_eq(element, "configFile"))
		read_config_file(block, attributes);
}

static void on_text(void *data, const char *s, int length)
{
	struct block *block = data;

	if (block->depth < 2 || !block->rule || block->rule->take == TAKE_NOTHING ||
	    block->is_documentation)
		return;
	abilock_text_add(&block->text, s, (size_t)length);
	if (block->text.failed)
		stop(block);
}

/* ---- what elements say ---- */

static void report_element(struct block *block, const char *problem, const char *fix)
{
	struct abilock_diagnostic *diag =
		source_report(block->reader, ABILOCK_LEVEL_ERROR, RULE_ELEMENT, block->place,
			      "'%s' %s", block->rule->element, problem);

	if (diag)
		diag->fix = fix;
}

static void add_typed(struct block *block, const char *key, const char *type, const char *name)
{
	_cleanup_(abilock_text_deinit) struct abilock_text text = {0};

	abilock_text_puts(&text, name);
	if (block->priority && str_eq(key, "provides"))
		abilock_text_printf(&text, ":%s", block->priority);
	abilock_text_putc(&text, '\0');
	if (text.failed)
		block->reader->failed = true;
	else
		source_add_capability(block->reader, key, MODULEINFO_BLOCK, block->place, type,
				      text.data);
}

/* `<use type="TYPE">NAME</use>`: a name attribute goes before the text, as menuselect has it. */
static void take_use(struct block *block, char *text)
{
	const bool is_use = str_eq(block->rule->element, "use");
	const char *name = block->name ? block->name : text;

	name += strspn(name, " \t\r\n");
	size_t length = strlen(name);
	while (length > 0 && strchr(" \t\r\n", name[length - 1]))
		length--;
	name = abilock_arena_strndup(&block->reader->info->arena, name, length);
	if (!name)
		block->reader->failed = true;
	else if (!*name)
		report_element(block, "names nothing", "write the name between the tags");
	else if (is_use && !block->type)
		source_add_fact(block->reader, MODULEINFO_UNTYPED, MODULEINFO_BLOCK, block->place,
				name, strlen(name));
	else if (!block->type || !*block->type)
		report_element(block, "has no type", "write type=\"module\", or another one");
	else if (!is_use || !str_eq(block->type, "external"))
		add_typed(block, block->rule->key, block->type, name);
}

static void take_provided(struct block *block)
{
	struct moduleinfo *info = block->reader->info;
	const size_t count = info->fact_count;

	if (!block->name || !*block->name) {
		report_element(block, "has no name", "write name=\"NAME\"");
		return;
	}
	add_typed(block, "provides", block->rule->key, block->name);
	if (info->fact_count > count)
		info->facts[count].module = block->module;
}

static void take_element(struct block *block)
{
	const struct rule *rule = block->rule;

	abilock_text_putc(&block->text, '\0');
	if (block->text.failed) {
		stop(block);
		return;
	}
	if (rule->take == TAKE_USE)
		take_use(block, block->text.data);
	else if (rule->take == TAKE_PROVIDED)
		take_provided(block);
	else if (rule->take == TAKE_FLAG)
		source_add_fact(block->reader, rule->key, MODULEINFO_BLOCK, block->place, "yes", 3);
	else if (rule->take == TAKE_TEXT)
		source_add_fact(block->reader, rule->key, MODULEINFO_BLOCK, block->place,
				block->text.data, block->text.length - 1);
}

static void on_end(void *data, const char *element)
{
	struct block *block = data;

	(void)element;
	if (block->depth == 2 && block->rule)
		take_element(block);
	if (block->depth <= 2)
		block->rule = NULL;
	if (block->depth > 0)
		block->depth--;
	if (block->reader->failed)
		stop(block);
}

/* ---- the parser ---- */

/* What could make a document larger than it is. */
static void on_entity(void *data, const XML_Char *name, int is_parameter, const XML_Char *value,
		      int length, const XML_Char *base, const XML_Char *system,
		      const XML_Char *public, const XML_Char *notation)
{
	struct block *block = data;

	(void)is_parameter, (void)value, (void)length, (void)base;
	(void)system, (void)public, (void)notation;
	source_report(block->reader, ABILOCK_LEVEL_ERROR, RULE_XML, place_at(block, offset(block)),
		      "the document declares the entity '%s'", name);
	(void)XML_StopParser(block->parser, XML_FALSE);
}

static void report_xml(struct block *block)
{
	const enum XML_Error error = XML_GetErrorCode(block->parser);
	struct abilock_place place = place_at(block, offset(block));
	const struct element *open = block->depth > 0 ? &block->stack[block->depth - 1] : NULL;

	if (error == XML_ERROR_NO_MEMORY)
		block->reader->failed = true;
	if (error == XML_ERROR_ABORTED || block->reader->failed)
		return;
	if (error == XML_ERROR_TAG_MISMATCH && open && block->depth > 1) {
		place = source_place(block->reader, offset(block), 1);
		source_report(block->reader, ABILOCK_LEVEL_ERROR, RULE_XML, place,
			      "the element '%s' of line %u is not closed here", open->name,
			      place_at(block, open->offset).line);
		return;
	}
	source_report(block->reader, ABILOCK_LEVEL_ERROR, RULE_XML, place,
		      "the XML is not well-formed: %s", XML_ErrorString(error));
}

static bool parse(struct block *block, const char *text, size_t length, bool is_last)
{
	return XML_Parse(block->parser, text, (int)length, is_last) == XML_STATUS_OK;
}

static bool parse_block(struct block *block)
{
	const char *text = block->reader->lexer.text + block->start;

	if (block->is_document)
		return parse(block, text, block->length, true);
	return parse(block, root_start, strlen(root_start), false) &&
	       parse(block, text, block->length, false) &&
	       parse(block, root_end, strlen(root_end), true);
}

static void read_xml(struct block *block)
{
	/* Blocks are UTF-8; a document may say what it is. */
	block->parser = XML_ParserCreate(block->is_document ? NULL : "UTF-8");
	if (!block->parser) {
		block->reader->failed = true;
		return;
	}
	XML_SetUserData(block->parser, block);
	XML_SetElementHandler(block->parser, on_start, on_end);
	XML_SetCharacterDataHandler(block->parser, on_text);
	XML_SetEntityDeclHandler(block->parser, on_entity);
	if (!parse_block(block))
		report_xml(block);
	XML_ParserFree(block->parser);
	abilock_text_deinit(&block->text);
	free(block->stack);
}

void source_read_block(struct source_reader *reader, bool is_documentation, size_t offset,
		       size_t length)
{
	struct block block = {
		.reader = reader,
		.is_documentation = is_documentation,
		.start = offset,
		.length = length,
	};

	read_xml(&block);
}

void source_read_document(struct source_reader *reader)
{
	struct block block = {
		.reader = reader,
		.is_documentation = true,
		.is_document = true,
		.length = reader->lexer.length,
	};

	reader->info->has_blocks = true;
	read_xml(&block);
}
