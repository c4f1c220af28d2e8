/* SPDX-License-Identifier: MIT */
/*
 * Constructors run inside of dlopen(), under the dynamic linker's lock, and those of the host
 * before main(): they may only queue. The mutex here is a leaf: nothing is called with it held.
 */
#include "embedded.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

#include "manifest/module_name.h"
#include "name_table.h"
#include "object_source.h"
#include "process.h"

/* glibc since 2.35, which tells by this macro that it has _dl_find_object(). */
#ifdef DLFO_STRUCT_HAS_EH_DBASE
#define HAVE_FIND_OBJECT
#endif

/* One more thing to look at in the record: its name, and the next one of its bucket. */
struct record {
	struct abilock_registered registered;
	struct record *next; /* of the bucket; the youngest first */
	/* Copied: the image may be unmapped by those who do not know of us. */
	char name[];
};

/* By image, so that a module without an entry costs no walk over those of all others. */
static struct {
	pthread_mutex_t mutex;
	struct record **buckets;
	size_t bucket_count; /* power of two, or 0 */
	size_t count;
	bool failed; /* memory ran out: an entry is missing */
} queue = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* ---- images ---- */

/* What tells the image that an address lies in from others; NULL where nothing does. */
static const void *image_of(const void *address)
{
#ifdef HAVE_FIND_OBJECT
	struct dl_find_object found;

	/* Takes no lock, and looks through no symbols. */
	return _dl_find_object((void *)(uintptr_t)address, &found) == 0 ? found.dlfo_link_map
									: NULL;
#else
	Dl_info info;

	return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
#endif
}

static const void *image_of_handle(void *handle)
{
	struct link_map *map = NULL;

	if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || !map)
		return NULL;
#ifdef HAVE_FIND_OBJECT
	return map;
#else
	return image_of(map->l_ld);
#endif
}

/* ---- the queue ---- */

static size_t bucket_of(const void *image, size_t bucket_count)
{
	/* Low bits are the same for all: they are aligned. */
	return (size_t)(((uintptr_t)image * 0x9e3779b97f4a7c15ull) >> 32) & (bucket_count - 1);
}

static bool grow(void)
{
	size_t wanted = queue.bucket_count ? queue.bucket_count * 2 : 16;
	struct record **buckets = calloc(wanted, sizeof(struct record *));

	if (!buckets)
		return false;
	for (size_t i = 0; i < queue.bucket_count; i++) {
		/* Turned around twice: the youngest stays in front. */
		struct record *turned = NULL;

		for (struct record *at = queue.buckets[i], *next; at; at = next) {
			next = at->next;
			at->next = turned;
			turned = at;
		}
		for (struct record *at = turned, *next; at; at = next) {
			struct record **slot = &buckets[bucket_of(at->registered.image, wanted)];

			next = at->next;
			at->next = *slot;
			*slot = at;
		}
	}
	free(queue.buckets);
	queue.buckets = buckets;
	queue.bucket_count = wanted;
	return true;
}

static bool put(struct record *record)
{
	if (queue.count >= queue.bucket_count && !grow())
		return false;
	struct record **slot =
		&queue.buckets[bucket_of(record->registered.image, queue.bucket_count)];
	record->next = *slot;
	*slot = record;
	queue.count++;
	return true;
}

static struct record *record_new(const struct abilock_module_entry *entry)
{
	size_t length = strlen(entry->name);
	struct record *record = malloc(sizeof(*record) + length + 1);

	if (!record)
		return NULL;
	record->registered = (struct abilock_registered){.entry = entry, .image = image_of(entry)};
	memcpy(record->name, entry->name, length + 1);
	return record;
}

void abilock_module_register(const struct abilock_module_entry *entry)
{
	/* One of a version before the first one, or none of ours at all. */
	if (!entry || entry->size < offsetof(struct abilock_module_entry, unload) || !entry->name)
		return;
	struct record *record = record_new(entry);

	(void)pthread_mutex_lock(&queue.mutex);
	if (!record || !put(record)) {
		queue.failed = true;
		free(record);
	}
	(void)pthread_mutex_unlock(&queue.mutex);
}

static struct record *first_of(const void *image)
{
	struct record *record =
		queue.bucket_count ? queue.buckets[bucket_of(image, queue.bucket_count)] : NULL;

	while (record && record->registered.image != image)
		record = record->next;
	return record;
}

static struct record *next_of(const struct record *record)
{
	struct record *next = record->next;

	while (next && next->registered.image != record->registered.image)
		next = next->next;
	return next;
}

int abilock_registered_find(void *handle, const void *host, const char *name,
			    struct abilock_registered **ret, const char **ret_other)
{
	const void *image = handle ? image_of_handle(handle) : host;

	*ret = NULL;
	*ret_other = NULL;
	(void)pthread_mutex_lock(&queue.mutex);
	bool failed = queue.failed;
	for (struct record *record = first_of(image); record && !*ret; record = next_of(record)) {
		if (abilock_module_name_eq(record->name, name))
			*ret = &record->registered;
		else
			*ret_other = record->name;
	}
	(void)pthread_mutex_unlock(&queue.mutex);
	return failed && !*ret ? ABILOCK_E_NOMEM : 0;
}

/* Whether a module calls it, or brings its own. */
static bool has_register(const char *path)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	struct abilock_symbol symbol;

	if (abilock_object_open(path, &object, NULL) < 0 ||
	    abilock_object_load_symbols(object, NULL) < 0)
		return false;
	for (uint64_t i = 1; i < object->symbol_count; i++)
		if (abilock_object_symbol(object, i, &symbol, NULL) == 0 && symbol.name &&
		    str_eq(symbol.name, "abilock_module_register"))
			return true;
	return false;
}

char *abilock_registered_elsewhere(void *handle, const char *path)
{
	void *found = dlsym(handle, "abilock_module_register");
	Dl_info info = {0};

	/* Its text is not for the caller of abilock_dlerror(). */
	(void)dlerror();
	if (!found || (uintptr_t)found == (uintptr_t)abilock_module_register ||
	    dladdr(found, &info) == 0 || !info.dli_fname || !has_register(path))
		return NULL;
	return strdup(info.dli_fname);
}

bool abilock_registered_claim(struct abilock_registered *registered)
{
	(void)pthread_mutex_lock(&queue.mutex);
	bool is_ours = !registered->is_started;
	registered->is_started = true;
	(void)pthread_mutex_unlock(&queue.mutex);
	return is_ours;
}

void abilock_registered_release(struct abilock_registered *registered)
{
	(void)pthread_mutex_lock(&queue.mutex);
	registered->is_started = false;
	(void)pthread_mutex_unlock(&queue.mutex);
}

/* ---- the host ---- */

/* What an object says of itself and of the modules in it. */
static int take_object(const struct abilock_object *object, struct abilock_arena *arena,
		       struct abilock_host_facts *ret, struct abilock_error *err)
{
	ret->path = abilock_arena_strdup(arena, object->path);
	if (!ret->path)
		return abilock_error_nomem(err);
	if (object->note && object->note->tag) {
		ret->tag = abilock_arena_strdup(arena, object->note->tag);
		if (!ret->tag)
			return abilock_error_nomem(err);
	}
	int r = abilock_manifest_of_object(object, &ret->manifests, &ret->manifest_count, err);
	for (size_t i = 0; r >= 0 && i < ret->manifest_count; i++)
		ret->manifests[i]->is_embedded = true;
	return r;
}

/* Names of the modules that are known, as they are compared. */
static bool put_name(struct abilock_name_table *names, struct abilock_arena *arena,
		     const char *name)
{
	char *key = abilock_arena_strdup(arena, name);

	if (!key)
		return false;
	abilock_module_name_key(key, key);
	return abilock_name_table_put(names, key, key);
}

static bool has_name(const struct abilock_name_table *names, struct abilock_arena *arena,
		     const char *name)
{
	char *key = abilock_arena_strdup(arena, name);

	if (!key)
		return false;
	abilock_module_name_key(key, key);
	return abilock_name_table_find(names, key) != NULL;
}

static int add_manifest(struct abilock_host_facts *facts, const char *name)
{
	struct abilock_manifest *manifest = abilock_manifest_new(name);
	struct abilock_manifest **slot =
		manifest ? abilock_array_push(&facts->manifests, &facts->manifest_count,
					      sizeof(struct abilock_manifest *))
			 : NULL;

	if (!slot) {
		abilock_manifest_free(manifest);
		return ABILOCK_E_NOMEM;
	}
	manifest->is_embedded = true;
	*slot = manifest;
	return 0;
}

/* Those that queued an entry and say nothing of themselves. */
static int take_queue(struct abilock_host_facts *facts, struct abilock_arena *arena)
{
	_cleanup_(abilock_name_table_deinit) struct abilock_name_table names = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < facts->manifest_count; i++)
		ok = put_name(&names, arena, facts->manifests[i]->name);
	(void)pthread_mutex_lock(&queue.mutex);
	for (struct record *record = first_of(facts->image); ok && record; record = next_of(record))
		if (!has_name(&names, arena, record->name))
			ok = add_manifest(facts, record->name) >= 0 &&
			     put_name(&names, arena, record->name);
	(void)pthread_mutex_unlock(&queue.mutex);
	return ok ? 0 : ABILOCK_E_NOMEM;
}

struct looking {
	const char *host;
	struct abilock_arena *arena;
	struct abilock_host_facts *facts;
	struct abilock_error *err;
};

static int look(const struct abilock_images *images, void *data)
{
	const struct looking *looking = data;
	const struct abilock_object *host = abilock_process_host(images, looking->host);

	if (!host)
		return abilock_error_set(looking->err, ABILOCK_E_USAGE, looking->host, NULL, 0,
					 "no such host is loaded in this process");
	uintptr_t inside = host->source->base +
			   (host->source->segment_count ? host->source->segments[0].vaddr : 0);
	looking->facts->image = image_of((const void *)inside);
	return take_object(host, looking->arena, looking->facts, looking->err);
}

int abilock_host_facts_of_process(const char *host, struct abilock_arena *arena,
				  struct abilock_host_facts *ret, struct abilock_error *err)
{
	struct looking looking = {.host = host, .arena = arena, .facts = ret, .err = err};
	int r;

	*ret = (struct abilock_host_facts){0};
	r = abilock_images_with_all(look, &looking, err);
	if (r >= 0 && take_queue(ret, arena) < 0)
		r = abilock_error_nomem(err);
	if (r < 0)
		abilock_host_facts_deinit(ret);
	return r;
}

int abilock_host_facts_of_file(const char *path, struct abilock_arena *arena,
			       struct abilock_host_facts *ret, struct abilock_error *err)
{
	_cleanup_(abilock_object_freep) struct abilock_object *object = NULL;
	int r;

	*ret = (struct abilock_host_facts){0};
	r = abilock_object_open(path, &object, err);
	if (r >= 0)
		r = take_object(object, arena, ret, err);
	if (r < 0)
		abilock_host_facts_deinit(ret);
	return r;
}

void abilock_host_facts_deinit(struct abilock_host_facts *facts)
{
	for (size_t i = 0; i < facts->manifest_count; i++)
		abilock_manifest_free(facts->manifests[i]);
	free(facts->manifests);
	*facts = (struct abilock_host_facts){0};
}
