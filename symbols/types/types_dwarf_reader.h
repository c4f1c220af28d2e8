/* SPDX-License-Identifier: MIT */
/*
 * Inside of the reader of DWARF. A module is one linked file or one object; what is remembered of
 * its entries dies with it.
 *
 * Functions that make a text return 0, a negative error, or DWARF_NO_TEXT with the reason in
 * `reason`.
 */
#ifndef ABILOCK_TYPES_TYPES_DWARF_READER_H
#define ABILOCK_TYPES_TYPES_DWARF_READER_H

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include "../text.h"
#include "types_dwarf.h"
#include "types_dwarf_map.h"

enum { DWARF_NO_TEXT = 1 };

/** Bounds of what a file may ask for; sources of a million lines stay far below. */
enum {
	DWARF_DEPTH_MAX = 64,	    /**< Functions in parameters of functions; scopes. */
	DWARF_CHAIN_MAX = 512,	    /**< Typedefs, qualifiers, pointers in a row. */
	DWARF_TEXT_MAX = 1 << 16,   /**< Bytes of a type as text. */
	DWARF_DIMENSIONS_MAX = 256, /**< Of an array. */
};

/** What has been found of one export. */
struct dwarf_export {
	size_t index;		   /**< In the surface. */
	struct dwarf_export *next; /**< Another one of the same name. */
	const char *text;	   /**< Interned in the model, or NULL. */
	const char *reason;	   /**< In the reader's arena, or NULL. */
	const char *path;	   /**< Object that has it, or NULL. */
	bool is_weak;		   /**< As that object has it. */
};

/** What is wanted of a module. */
struct dwarf_wanted {
	struct dwarf_export *export;
	uint64_t address; /**< As the module's debug information counts; 0: unknown. */
	bool is_weak;
	bool is_thread_local;
};

/** What is known of a compilation unit. */
struct dwarf_unit {
	int language; /**< DW_LANG_*, or -1. */
	bool is_scanned;
	struct dwarf_files *files; /**< NULL until asked for. */
	bool is_judged, has_types; /**< See dwarf_unit_has_types(). */
};

/** A definition at the top of a unit. */
struct dwarf_tagged {
	Dwarf_Die die;
	struct dwarf_tagged *next; /**< With the same tag. */
};

struct types_reader {
	const struct abilock_types_question *question;
	struct abilock_types *types;
	struct abilock_error *err;
	struct abilock_arena arena;
	struct dwarf_export *exports; /**< One for each export of the surface. */
	struct abilock_name_table export_names;
	const char *reason;  /**< Of the last DWARF_NO_TEXT; in the arena or a literal. */
	const char *bitcode; /**< First input of that kind, or NULL. */
	const char *slim;    /**< First object with LTO bytecode alone, or NULL. */
	/* Of the module. */
	const char *path;
	bool is_big_endian;
	struct abilock_arena module_arena;
	struct number_map units;	 /**< Unit to struct dwarf_unit. */
	struct number_map names;	 /**< Structures, unions, enumerations to their names. */
	struct number_map handles;	 /**< Those without a tag to the typedef that names them. */
	struct number_map scopes;	 /**< Types inside others to what goes in front. */
	struct abilock_name_table tags;	 /**< Of definitions to a list of struct dwarf_tagged. */
	struct number_map texts;	 /**< Of types, as long as a unit is read. */
	struct abilock_arena unit_arena; /**< As long. */
	Dwarf_Die *pending;		 /**< malloc'ed: to be defined. */
	size_t pending_count;
	Dwarf_Die entry;   /**< Function or variable that is read. */
	const char *owner; /**< What names types without a tag: `foo.member`. */
	unsigned owned;	   /**< How many it has named. */
	bool is_tentative; /**< Texts are only compared: nothing becomes part of the model. */
	/* Definitions. */
	struct abilock_name_table unspeakable; /**< Types to why they have no definition. */
	struct abilock_name_table files;       /**< Files of declarations to whether callers see. */
	const char **headers;		       /**< Real paths. */
	size_t header_count;
};

/* types_dwarf_files.c */

/** Read all modules of a file: itself, or the members of an archive. */
int dwarf_files_read(struct types_reader *reader, const char *path);

/** Whether a path is a linked file (not an object, archive or something else). */
int dwarf_file_is_linked(const char *path, bool *ret_linked, struct abilock_error *err);

/* types_dwarf_symbols.c */

/** Addresses of the exports of a linked file. */
int dwarf_symbols_linked(struct types_reader *reader, const char *path,
			 struct dwarf_wanted **ret_wanted, size_t *ret_count);

/** Which exports an object defines, and where. */
int dwarf_symbols_object(struct types_reader *reader, Dwfl_Module *dwfl_module,
			 struct dwarf_wanted **ret_wanted, size_t *ret_count);

/* types_dwarf_entries.c */

/** Find the entries of what is wanted, and take over their types. */
int dwarf_module_read(struct types_reader *reader, Dwfl_Module *dwfl_module, Dwarf *dwarf,
		      Dwarf_Addr bias, struct dwarf_wanted *wanted, size_t count);

/** Say why nothing is known of what is wanted; what another object has said stays. */
void dwarf_wanted_missing(struct dwarf_wanted *wanted, size_t count, const char *reason);

/** Forget all that belongs to the module. */
void dwarf_module_clear(struct types_reader *reader);

/* types_dwarf_attribute.c */

/** ABILOCK_E_DAMAGED at an entry, with what libdw says of it where @p fmt ends in a colon. */
int dwarf_damaged(struct types_reader *reader, Dwarf_Die *die, const char *fmt, ...) _printf_(3, 4);

/** DWARF_NO_TEXT with a reason. */
int dwarf_no_text(struct types_reader *reader, const char *fmt, ...) _printf_(2, 3);

/** The entry that an attribute of an entry itself refers to. @return 1, 0: none, or an error. */
int dwarf_reference(struct types_reader *reader, Dwarf_Die *die, unsigned attribute,
		    Dwarf_Die *ret);

/** A number. @return 1; 0: none, or not a constant; or an error. */
int dwarf_number(struct types_reader *reader, Dwarf_Die *die, unsigned attribute, uint64_t *ret);

/** A name, "" where there is none; also from what the entry completes. */
int dwarf_name(struct types_reader *reader, Dwarf_Die *die, const char **ret);

bool dwarf_flag(Dwarf_Die *die, unsigned attribute);

/** First child. @return 1, 0: none, or an error. */
int dwarf_first(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret);

/** Next sibling, in place. @return 1, 0: none, or an error. */
int dwarf_next(struct types_reader *reader, Dwarf_Die *die);

/** Where a function or variable that an entry defines lies; 0: nowhere, or it is not said. */
int dwarf_address(struct types_reader *reader, Dwarf_Die *die, uint64_t *ret);

/* types_dwarf_unit.c */

/** The unit of an entry. */
int dwarf_unit_of(struct types_reader *reader, Dwarf_Die *die, struct dwarf_unit **ret);

/** DW_LANG_* of an entry, or -1. */
int dwarf_language_of(struct types_reader *reader, Dwarf_Die *die, int *ret);

/**
 * Note what names the types without a tag of a unit, and what the names of types in scopes begin
 * with. Once for each unit.
 */
int dwarf_unit_scan(struct types_reader *reader, Dwarf_Die *die);

/** Whether a unit says anything of types: with -g1 there are functions, and nothing of them. */
int dwarf_unit_has_types(struct types_reader *reader, Dwarf_Die *die, bool *ret);

bool dwarf_language_is_c(int language);
bool dwarf_language_is_assembler(int language);

/* types_dwarf_text.c */

/**
 * The text of a type.
 *
 * @param die  NULL: void.
 * @param is_value  Qualifiers say nothing: of a parameter or a result.
 * @param[out] ret  In an arena of the reader.
 */
int dwarf_type_text(struct types_reader *reader, Dwarf_Die *die, bool is_value, const char **ret,
		    unsigned depth);

/** The text of what an entry of a function or a variable declares. */
int dwarf_entry_text(struct types_reader *reader, Dwarf_Die *die, const char **ret);

/** The type of an entry, also from what it completes. @return 1, 0: none (void), or an error. */
int dwarf_type_of(struct types_reader *reader, Dwarf_Die *die, Dwarf_Die *ret);

/** A type that stands in a unit of its own (-fdebug-types-section), in place. */
int dwarf_follow_signature(struct types_reader *reader, Dwarf_Die *die);

/* types_dwarf_base.c */

/** Spell a base type. */
int dwarf_base_text(struct types_reader *reader, Dwarf_Die *die, const char **ret);

/* types_dwarf_name.c */

/** The name of a structure, union or enumeration, as texts have it. */
int dwarf_type_name(struct types_reader *reader, Dwarf_Die *die, const char *handle,
		    const char **ret);

/* types_dwarf_define.c */

/** Define all that is pending, and what that reaches. */
int dwarf_define_pending(struct types_reader *reader);

/** Take the symbols' texts away that reach something without a definition that could be spelled. */
int dwarf_spread_unspeakable(struct types_reader *reader);

/* types_dwarf_lines.c */

/** The source file that declares an entry; NULL: it is not said. */
int dwarf_source_file(struct types_reader *reader, Dwarf_Die *die, const char **ret);

/* types_dwarf_visible.c */

int dwarf_visible_init(struct types_reader *reader);

/** Whether callers can see the file that declares a type. */
int dwarf_is_visible(struct types_reader *reader, Dwarf_Die *die, bool *ret);

#endif
