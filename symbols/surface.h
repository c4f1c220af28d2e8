/* SPDX-License-Identifier: MIT */
/*
 * The surface: what a thing exports. Readers make one (from a declaration, from an ELF object),
 * writers and comparisons take one; neither knows where the other side comes from.
 */
#ifndef ABILOCK_SYMBOLS_SURFACE_H
#define ABILOCK_SYMBOLS_SURFACE_H

#include "arena.h"
#include "error.h"

/** Node index of a symbol that belongs to no version node (base or unversioned). */
#define ABILOCK_NO_NODE SIZE_MAX

/** Start of the marker names that versiongen adds; a declaration may not list one. */
#define ABILOCK_MARKER_PREFIX "abilock_marker_"

/** One version node. */
struct abilock_node {
	const char *name; /**< As the ELF file has it, or as declared (without a tag). */
	bool is_private;  /**< For the host's own modules only. */
	bool is_tagged;	  /**< Declared, and versiongen adds the tag. False from an ELF file. */
	uint16_t flags;	  /**< VER_FLG_* as found in an ELF file; 0 from a declaration. */
	uint16_t index;	  /**< vd_ndx in an ELF file (2..32767); 0 from a declaration. */
	const size_t *parents; /**< Indices into the surface's nodes, in the order of the source. */
	size_t parent_count;
	unsigned line; /**< Line of the declaration, from 1; 0 from an ELF file. */
};

/** One exported symbol. The same name may stand in several nodes. */
struct abilock_export {
	const char *name;
	size_t node;	    /**< Index into the surface's nodes, or ABILOCK_NO_NODE. */
	bool is_default;    /**< `@@`: what a new link binds to. Always true from a declaration. */
	uint8_t type;	    /**< STT_*: STT_FUNC, STT_OBJECT, STT_TLS, STT_GNU_IFUNC ... */
	uint8_t bind;	    /**< STB_*. */
	uint8_t visibility; /**< STV_*. */
	uint64_t size;	    /**< st_size; 0 from a declaration. */
	uint64_t row;	    /**< In the dynamic symbol table; 0 from a declaration. */
	unsigned line;	    /**< Line of the declaration, from 1; 0 from an ELF file. */
};

struct abilock_surface {
	struct abilock_arena arena; /**< Owns all that is below. */
	const char *soname;	    /**< DT_SONAME, or NULL. */
	struct abilock_node *nodes; /**< In the order of the source; parents come first in ours. */
	size_t node_count;
	struct abilock_export *exports; /**< In the order of the source. */
	size_t export_count;
};

/** Release a surface and all it holds. NULL is a no-op. */
void abilock_surface_free(struct abilock_surface *surface);

static inline void abilock_surface_freep(struct abilock_surface **surface)
{
	abilock_surface_free(*surface);
}

/**
 * Whether a node name of an ELF file is a private one by its spelling: `X_PRIVATE`, or
 * `X_PRIVATE_<tag>` as abilock, libvirt, rdma-core, glibc (GLIBC_PRIVATE) and Qt
 * (Qt_5_PRIVATE_API) write it.
 */
bool abilock_node_name_is_private(const char *name);

/**
 * The fingerprint in the name of a private node, `X_PRIVATE_0123456789abcdef`: what the tag `abi`
 * makes of it.
 *
 * @return The 16 digits at the end of @p name; NULL where the tag is another, or none.
 */
const char *abilock_node_name_fingerprint(const char *name);

/** Whether two such names differ in the fingerprint alone: types behind the node changed. */
bool abilock_node_names_differ_in_types(const char *a, const char *b);

#endif
