/* SPDX-License-Identifier: MIT */
#include "checksum.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <strings.h>
#include <sys/stat.h>

/* EVP_MAX_MD_SIZE of all versions. */
enum { DIGEST_MAX = 64 };
enum { SHA256_SIZE = 32, MD5_SIZE = 16, PART = 1 << 16 };

#ifdef __clang__
#define BARE __attribute__((no_sanitize("address")))
#else
#define BARE
#endif

/* So that packagers know what would be loaded. Source: systemd's ELF_DLOPEN_METADATA. */
#define DLOPEN_TEXT                                                                                \
	"[{\"feature\":\"checksum\",\"description\":\"Comparing modules with the checksums in "    \
	"their manifests\",\"priority\":\"suggested\","                                            \
	"\"soname\":[\"libcrypto.so.3\",\"libcrypto.so.1.1\"]}]"
BARE __attribute__((used, section(".note.dlopen"), aligned(4))) static const struct {
	uint32_t namesz, descsz, type;
	char name[4];
	char desc[sizeof(DLOPEN_TEXT)];
} dlopen_note = {4, sizeof(DLOPEN_TEXT), 0x407c0c0a, "FDO", DLOPEN_TEXT};

/* ---- the text ---- */

static bool is_hex(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdefABCDEF") == digits;
}

static bool is_sha256(const char *checksum)
{
	return str_starts(checksum, "sha256:");
}

/* The digits alone. */
static const char *digits_of(const char *checksum)
{
	return checksum + (is_sha256(checksum) ? 7 : str_starts(checksum, "md5:") ? 4 : 0);
}

bool abilock_checksum_is_known(const char *checksum)
{
	return is_hex(digits_of(checksum), 2 * (is_sha256(checksum) ? SHA256_SIZE : MD5_SIZE));
}

/* ---- libcrypto ---- */

/* Declared as EVP_*(3) has them. */
struct crypto {
	void *(*context_new)(void);
	void (*context_free)(void *context);
	int (*init)(void *context, const void *type, void *engine);
	int (*update)(void *context, const void *bytes, size_t count);
	int (*final)(void *context, unsigned char *digest, unsigned *size);
	const void *(*sha256)(void);
	const void *(*md5)(void);
};

static bool find_functions(void *library, struct crypto *ret)
{
	const struct {
		const char *name;
		void *ret;
	} functions[] = {
		{"EVP_MD_CTX_new", &ret->context_new},
		{"EVP_MD_CTX_free", &ret->context_free},
		{"EVP_DigestInit_ex", &ret->init},
		{"EVP_DigestUpdate", &ret->update},
		{"EVP_DigestFinal_ex", &ret->final},
		{"EVP_sha256", &ret->sha256},
		{"EVP_md5", &ret->md5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return false;
		memcpy(functions[i].ret, &function, sizeof(function));
	}
	return true;
}

static bool load(struct crypto *ret)
{
	static const char *const names[] = {"libcrypto.so.3", "libcrypto.so.1.1"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);

		if (library && find_functions(library, ret))
			return true;
		if (library)
			(void)dlclose(library);
	}
	return false;
}

/* Kept once it is there; asked for again where it was not, so that it can be installed. */
static int get_crypto(const struct crypto **ret, struct abilock_error *err)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct crypto crypto;
	static bool is_loaded;

	(void)pthread_mutex_lock(&lock);
	is_loaded = is_loaded || load(&crypto);
	const bool is_there = is_loaded;
	(void)pthread_mutex_unlock(&lock);
	*ret = &crypto;
	return is_there ? 0
			: abilock_error_set(err, ABILOCK_E_UNSUPPORTED, NULL, NULL, 0,
					    "checksums need libcrypto.so.3 of OpenSSL (package "
					    "libssl3 or openssl-libs)");
}

/* ---- a file ---- */

static int io_error(const char *path, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "%s", strerror(errno));
}

static int refused(const char *path, struct abilock_error *err)
{
	return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, path, NULL, 0,
				 "libcrypto refuses this kind of checksum: write sha256: into the "
				 "manifest");
}

/* Not by mmap(): a file that is cut meanwhile would end the process. */
static int update(const struct crypto *crypto, void *context, const char *path,
		  struct abilock_error *err)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_(freep) unsigned char *part = malloc(PART);
	struct stat st;

	if (!part)
		return abilock_error_nomem(err);
	if (fd < 0 || fstat(fd, &st) < 0)
		return io_error(path, err);
	if (!S_ISREG(st.st_mode))
		return abilock_error_set(err, ABILOCK_E_IO, path, NULL, 0, "no regular file");
	for (;;) {
		const ssize_t n = read(fd, part, PART);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(path, err);
		if (n == 0)
			return 0;
		if (crypto->update(context, part, (size_t)n) != 1)
			return refused(path, err);
	}
}

/* What a checksum is of: a file, or bytes that were read of it. */
struct subject {
	const char *path;
	const void *bytes; /* or NULL */
	size_t size;
};

static int update_with(const struct crypto *crypto, void *context, const struct subject *subject,
		       struct abilock_error *err)
{
	if (!subject->bytes)
		return update(crypto, context, subject->path, err);
	return crypto->update(context, subject->bytes, subject->size) == 1
		       ? 0
		       : refused(subject->path, err);
}

/* @return Size of the digest, or negative. */
static int digest_of(const struct subject *subject, bool wants_sha256,
		     unsigned char digest[DIGEST_MAX], struct abilock_error *err)
{
	const struct crypto *crypto;
	unsigned size = 0;
	int r = get_crypto(&crypto, err);

	if (r < 0)
		return r;
	void *context = crypto->context_new();
	if (!context)
		return abilock_error_nomem(err);
	if (crypto->init(context, wants_sha256 ? crypto->sha256() : crypto->md5(), NULL) != 1)
		r = refused(subject->path, err);
	if (r == 0)
		r = update_with(crypto, context, subject, err);
	if (r == 0 && crypto->final(context, digest, &size) != 1)
		r = refused(subject->path, err);
	crypto->context_free(context);
	return r < 0 ? r : (int)size;
}

static void write_hex(char *to, const unsigned char *digest, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		*to++ = "0123456789abcdef"[digest[i] >> 4];
		*to++ = "0123456789abcdef"[digest[i] & 15];
	}
	*to = '\0';
}

int abilock_checksum_compute(struct abilock_arena *arena, const char *path, const char **ret,
			     struct abilock_error *err)
{
	unsigned char digest[DIGEST_MAX];
	char hex[2 * DIGEST_MAX + 1];
	int r = digest_of(&(struct subject){.path = path}, true, digest, err);

	if (r < 0)
		return r;
	write_hex(hex, digest, (size_t)r);
	const char *text = abilock_arena_printf(arena, "sha256:%s", hex);
	if (!text)
		return abilock_error_nomem(err);
	*ret = text;
	return 0;
}

static int compare(const char *checksum, const struct subject *subject, struct abilock_error *err)
{
	unsigned char digest[DIGEST_MAX];
	char hex[2 * DIGEST_MAX + 1];

	if (!abilock_checksum_is_known(checksum))
		return abilock_error_set(err, ABILOCK_E_UNSUPPORTED, subject->path, NULL, 0,
					 "the checksum '%.80s' is of no known kind", checksum);
	int r = digest_of(subject, is_sha256(checksum), digest, err);
	if (r < 0)
		return r;
	write_hex(hex, digest, (size_t)r);
	return strcasecmp(hex, digits_of(checksum)) == 0;
}

int abilock_checksum_compare(const char *checksum, const char *path, struct abilock_error *err)
{
	return compare(checksum, &(struct subject){.path = path}, err);
}

int abilock_checksum_compare_bytes(const char *checksum, const void *bytes, size_t size,
				   const char *path, struct abilock_error *err)
{
	return compare(checksum, &(struct subject){path, bytes, size}, err);
}
