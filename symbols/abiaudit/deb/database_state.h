/* SPDX-License-Identifier: MIT */
/* Inside of the database: what has been read of it. */
#ifndef ABIAUDIT_DEB_DATABASE_STATE_H
#define ABIAUDIT_DEB_DATABASE_STATE_H

#include "control.h"
#include "database.h"
#include "name_table.h"

/* Lines of other lengths than those looked for are passed over; longer ones share the last bit. */
enum { DEB_LENGTHS = 512 };

/* A path that is looked for in the lists. */
struct deb_place {
	const char *path;
	const char **owners; /* malloc'ed */
	size_t owner_count;
	bool searched; /* as the name of a library: the answer is known */
};

struct deb_database {
	struct abilock_arena arena;
	const struct deb_arch *arch;
	const char *admindir;
	int info;			  /* the folder info/ */
	struct abilock_name_table places; /* struct deb_place, by path */
	bool lengths[DEB_LENGTHS];
	char *buffer; /* the list that was read last */
	size_t buffer_size;
	const char **read_lists; /* in this search */
	size_t read_count;
	struct deb_diversion *diversions;
	size_t diversion_count;
	bool have_diversions;
	struct deb_control *status;
};

#endif
