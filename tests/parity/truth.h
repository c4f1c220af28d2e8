/* SPDX-License-Identifier: MIT */
/*
 * A second reader of ELF files, which says what the answers about a damaged file may be. It shares
 * no code and no idea with the first one: a whole file in memory, every claim followed to the
 * letter with a bound on each step, no speed. damage_test.sh compares it with readelf and elfdeps
 * on sound files before it is trusted with damaged ones.
 *
 * It sorts what it finds wrong into two kinds:
 *
 *   must   nothing true can be said about this table: an entry lies outside, a list ends before
 *          its count, a name is none, a node's name does not have its hash, tables share bytes.
 *          A tool that answers all the same has shortened or invented something.
 *   may    the rows can be read, but a claim beside them is false: a tool may refuse or answer.
 */
#ifndef PARITY_TRUTH_H
#define PARITY_TRUTH_H

#include "../../symbols/util.h"

enum truth_view {
	TRUTH_LOADED,	/**< Program headers and PT_DYNAMIC, as the dynamic linker. */
	TRUTH_SECTIONS, /**< Section headers, as readelf and elfdeps. */
};

/** Tables, as bits of a mask where several are meant. */
enum truth_table {
	TRUTH_FILE,    /**< ELF header, program or section headers. */
	TRUTH_DYNAMIC, /**< Libraries, soname. */
	TRUTH_DEFS,
	TRUTH_NEEDS,
	TRUTH_SYMBOLS,
	TRUTH_ROWS, /**< Names and nodes of single symbols. */
	TRUTH_INTERP,
	TRUTH_TABLES,
};

struct truth_def {
	const char *name;
	uint16_t index, flags, version, count;
	const char **parents; /**< count - 1 of them. */
	uint64_t offset;      /**< Of the entry, and */
	uint64_t *aux;	      /**< of each of its names, in the table. */
};

struct truth_need {
	const char *file, *node;
	uint16_t index, flags;
	bool first; /**< Of its file: the file's own line comes before it. */
	uint16_t version, count;
	uint64_t file_offset, offset;
};

struct truth_symbol {
	const char *name;
	const char *node; /**< NULL: none, or not known (then SYMBOLS is damaged). */
	bool needed;	  /**< The node is one of another file. */
	uint64_t value, size;
	uint16_t section, versym;
	uint8_t info, other;
};

/** Release with truth_deinit(). Strings point into the bytes that were read. */
struct truth {
	bool is64, big;
	uint16_t type, machine;
	bool has_sections; /**< A section header table, good or bad. */

	const char **needed;
	size_t needed_count;
	const char *soname, *interp;
	bool has_odd_names; /**< A symbol with a blank or control character in its name. */
	bool has_control;   /**< A control character in a name that dependencies are made of. */
	bool has_debug, has_hash, has_gnu_hash;

	struct truth_def *defs;
	size_t def_count;
	struct truth_need *needs;
	size_t need_count;
	bool has_versym;
	struct truth_symbol *symbols;
	size_t symbol_count;
	bool uncounted;		  /**< Loaded: no table says how many symbols there are. */
	uint64_t referenced;	  /**< Symbols that relocations count on, at least. */
	bool needed_before_needs; /**< Sections: .dynamic comes before .gnu.version_r. */

	char must[TRUTH_TABLES][100]; /**< Empty: sound, or absent. */
	char may[200];

	/* Where things lie in the file, for whoever wants to damage them. 0: absent. */
	uint64_t at_dynamic, at_symtab, at_strtab, at_versym, at_defs, at_needs, at_hash,
		at_gnu_hash, at_notes, at_interp, at_phdrs, at_shdrs;
	uint64_t size_dynamic, size_symtab, size_strtab, size_versym, size_defs, size_needs,
		size_hash, size_gnu_hash, size_notes, size_interp, size_phdrs, size_shdrs;
};

/** @param bytes  Must outlive @p truth. */
void truth_read(struct truth *truth, enum truth_view view, const uint8_t *bytes, size_t size);
void truth_deinit(struct truth *truth);

/** Whether others can bind to a symbol, by its section, binding, type and visibility. */
bool truth_is_export(const struct truth_symbol *symbol);

/** Whether a refusal has a reason, and the reason; NULL: none. */
const char *truth_reason(const struct truth *truth);

#endif
