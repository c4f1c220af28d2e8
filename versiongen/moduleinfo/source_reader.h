/* SPDX-License-Identifier: MIT */
/* What the readers of one source share: its text, its places, and where facts go. */
#ifndef VERSIONGEN_SOURCE_READER_H
#define VERSIONGEN_SOURCE_READER_H

#include <stdarg.h>

#include "c_lexer.h"
#include "moduleinfo.h"

/** Rules of the diagnostics. */
#define RULE_CALL "moduleinfo-call"	  /**< The macro. */
#define RULE_COMMENT "moduleinfo-comment" /**< Comments and strings of C. */
#define RULE_XML "moduleinfo-xml"	  /**< Not well-formed. */
#define RULE_ELEMENT "moduleinfo-element" /**< Elements that say nothing, or too little. */
#define RULE_VALUE "moduleinfo-value"	  /**< What a manifest cannot have. */
#define RULE_MODULE "moduleinfo-module"	  /**< Sources and their modules. */

struct source_reader {
	struct moduleinfo *info;
	struct abilock_diagnostics *diags;
	struct c_lexer lexer;
	size_t *lines; /**< malloc'ed: where each begins. */
	size_t line_count;
	struct abilock_name_table defines; /**< Macros to their strings; "" is unknown. */
	size_t depth;			   /**< Of #if. */
	size_t off;			   /**< Depth of the `#if 0` that we are in, or 0. */
	bool failed;
};

/** Where bytes of the source stand. */
struct abilock_place source_place(const struct source_reader *reader, size_t offset, size_t length);

/** Add a diagnostic; its text is disarmed, since it may quote the source. */
struct abilock_diagnostic *source_diagnose(struct abilock_diagnostics *diags,
					   enum abilock_level level, const char *rule,
					   struct abilock_place place, const char *fmt,
					   va_list args) _printf_(5, 0);

/** Add an error or a warning. @return The diagnostic, or NULL. */
struct abilock_diagnostic *source_report(struct source_reader *reader, enum abilock_level level,
					 const char *rule, struct abilock_place place,
					 const char *fmt, ...) _printf_(5, 6);

/** Add a fact; blanks around @p value are dropped. Text that is no UTF-8 is an error. */
void source_add_fact(struct source_reader *reader, const char *key, enum moduleinfo_origin origin,
		     struct abilock_place place, const char *value, size_t length);

/** As source_add_fact() with `TYPE=` in front of the value. */
void source_add_capability(struct source_reader *reader, const char *key,
			   enum moduleinfo_origin origin, struct abilock_place place,
			   const char *type, const char *value);

/** Read a call of the macro @p macro, whose parenthesis the lexer stands at. */
void source_read_call(struct source_reader *reader, const struct c_token *macro);

/** Read the XML of a comment, in bytes of the source. */
void source_read_block(struct source_reader *reader, bool is_documentation, size_t offset,
		       size_t length);

/** Read a source that is a document of XML. */
void source_read_document(struct source_reader *reader);

#endif
