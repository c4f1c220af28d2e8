/* SPDX-License-Identifier: MIT */
#include "load_file.h"

#include <dlfcn.h>
#include <sys/stat.h>

#include "thread_error.h"

/* Of this thread: a constructor may open another file. */
static _Thread_local unsigned depth;

bool abilock_load_is_same_file(const char *path, uint64_t device, uint64_t inode)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

char *abilock_load_replaced_text(const char *path)
{
	return abilock_thread_error_format(
		"%s: refused: the file was replaced while it was checked\n"
		"  fix      load it again; no code of the module was run",
		path);
}

#if ABILOCK_DYNAMIC
void *abilock_load_file(const char *path, int flags, char **ret_text)
{
	/* A name without a slash would be searched once more, and may be found elsewhere. */
	_cleanup_(freep) char *dotted =
		strchr(path, '/') ? NULL : abilock_thread_error_format("./%s", path);

	depth++;
	void *handle = dlopen(dotted ? dotted : path, (flags & ~RTLD_LAZY) | RTLD_NOW);
	depth--;
	if (!handle) {
		const char *reason = dlerror();

		*ret_text = abilock_thread_error_format(
			"%s\n  module   %s\n  lock     found nothing against it: this is "
			"the dynamic linker's own refusal",
			reason ? reason : "dlopen failed", path);
	}
	return handle;
}
#else
void *abilock_load_file(const char *path, int flags, char **ret_text)
{
	(void)flags;
	(void)depth;
	*ret_text = abilock_thread_error_format(
		"%s: this libabilock was built to load no files (ABILOCK_DYNAMIC=OFF)", path);
	return NULL;
}
#endif

bool abilock_load_is_running(void)
{
	return depth > 0;
}
