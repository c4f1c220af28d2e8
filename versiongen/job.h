/* SPDX-License-Identifier: MIT */
/*
 * What the commands that turn a declaration into an output have in common: reading it for one
 * build, its tag, and an output that is written last.
 */
#ifndef VERSIONGEN_JOB_H
#define VERSIONGEN_JOB_H

#include "../symbols/cli.h"
#include "../symbols/declaration.h"
#include "tag_abi.h"

/** Options that several commands have; a command's own start at 1. */
enum {
	OPT_TAG = 1000,
	OPT_REPO,
	OPT_OUTPUT,
	OPT_SONAME,
	OPT_MACHINE,
	OPT_DEFINE,
	OPT_DEPFILE,
	OPT_FORMAT,
	OPT_TYPE_HEADERS,
};

#define OPTION_TAG                                                                                 \
	{                                                                                          \
		"tag", 't', "T", "git (default), abi, release:STRING or id:STRING", OPT_TAG        \
	}
#define OPTION_REPO                                                                                \
	{                                                                                          \
		"repo", 'C', "DIR", "source tree that the tag 'git' is read from", OPT_REPO        \
	}
#define OPTION_HEADERS                                                                             \
	{                                                                                          \
		"headers", 0, "DIR", "for abi: types defined elsewhere are opaque",                \
			OPT_TYPE_HEADERS                                                           \
	}
#define OPTION_OUTPUT                                                                              \
	{                                                                                          \
		"output", 'o', "FILE", "write to FILE instead of stdout", OPT_OUTPUT               \
	}
#define OPTION_SONAME                                                                              \
	{                                                                                          \
		"soname", 's', "SONAME", "DT_SONAME of the host (required)", OPT_SONAME            \
	}
#define OPTION_ANY_MACHINE                                                                         \
	{                                                                                          \
		"machine", 'm', "NAME",                                                            \
			"leave out what arch= says is not for NAME (default: nothing)",            \
			OPT_MACHINE                                                                \
	}
#define OPTION_MACHINE                                                                             \
	{                                                                                          \
		"machine", 'm', "NAME", "such as x86_64 or ppc64le (default: this one)",           \
			OPT_MACHINE                                                                \
	}
#define OPTION_DEFINE                                                                              \
	{                                                                                          \
		"define", 'D', "NAME", "keep what is tagged if=NAME", OPT_DEFINE                   \
	}
#define OPTION_DEPFILE                                                                             \
	{                                                                                          \
		"depfile", 0, "FILE", "write a rule of make with the files that were read",        \
			OPT_DEPFILE                                                                \
	}

/** The help text that all of them share. */
#define DECL_TEXT                                                                                  \
	"DECL is a GNU ld version script ('-': stdin). A node whose name ends in _PRIVATE gets "   \
	"the tag behind it. Comments on the line of a symbol say more about it: '# data', "        \
	"'# if=NAME' (see abilock-declaration(5)). Without --repo the tag is read where DECL "     \
	"lies. With --tag abi, OBJECTs are what types are read from: the host's objects and "      \
	"archives with "                                                                           \
	"debug information, or one linked file, or one baseline with private nodes."

/** Initialise with `{ .inv = inv }`, release with job_deinit(). */
struct job {
	const struct abilock_invocation *inv;
	const char *binary;		  /**< Read instead of a declaration, or NULL. */
	struct abilock_declaration *decl; /**< As declared, what is not for this build left out. */
	struct abilock_surface *declared; /**< Once made: its symbols, nodes without a tag. */
	struct abilock_surface *surface;  /**< Once made: the same with tags and markers. */
	struct tags tags;		  /**< Empty when nothing needs one. */
	char *tag;			  /**< Owns that of the build; not for `abi`. */
	struct tag_abi tag_abi;		  /**< Owns them for `abi`. */
	bool is_diagnosed;		  /**< The errors of the declaration have been printed. */
	const char *machine; /**< What `arch=` is compared with; NULL: --machine as given. */
	struct abilock_output out;
	struct abilock_error err;
};

void job_deinit(struct job *job);

/** Read the declaration (the first operand); its diagnostics go to stderr. @return 0 or negative.
 */
int job_read(struct job *job) _must_check_;

/** Refuse a -D that no `if=` can mean, such as NAME=1. @return 0 or ABILOCK_E_USAGE. */
int job_check_defines(const struct abilock_invocation *inv, struct abilock_error *err) _must_check_;

/** Print them to stderr, each with its line of the declaration. */
void job_print_diagnostics(const struct job *job, const struct abilock_diagnostics *diags);

/** Whether the options ask for the tag `abi`: the operands behind DECL belong to it then. */
bool job_is_abi(const struct abilock_invocation *inv);

/** Read the tag that the options ask for. `abi` needs job_read() first. */
int job_read_tag(struct job *job) _must_check_;

/**
 * Everything that can fail before the output is opened, and the output.
 *
 * @param wants_tag  Also where no node is private.
 */
int job_prepare(struct job *job, bool wants_tag) _must_check_;

/** As job_prepare() for an output that depends on no tag. */
int job_prepare_untagged(struct job *job) _must_check_;

/** Make `declared`, after job_read(). Not every output needs it, and it is half of the work. */
int job_make_declared(struct job *job) _must_check_;

/** Make `surface`, after job_prepare(): see tag_apply(). */
int job_make_surface(struct job *job) _must_check_;

/**
 * The output alone, for a command whose operand is no declaration.
 *
 * @param path  The file that is read instead; the output may not be it.
 */
int job_open_output(struct job *job, const char *path) _must_check_;

/** Write the dependency file, commit the output, or say what is wrong. @return Exit status. */
int job_finish(struct job *job, int r);

#endif
