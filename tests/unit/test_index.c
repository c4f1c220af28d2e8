/* SPDX-License-Identifier: MIT */
/* The index: what goes in comes out, is found by name and capability; damage is seen. */
#include <check.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "modules/index/index_layout.h"

static struct abilock_index index_;
static struct abilock_arena arena;
static struct abilock_error err;
static struct abilock_manifest *manifests[8];
static size_t manifest_count;
static char folder[] = "/tmp/abilock-index.XXXXXX";

static void setup(void)
{
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
	char command[64];

	abilock_index_close(&index_);
	abilock_arena_clear(&arena);
	for (size_t i = 0; i < manifest_count; i++)
		abilock_manifest_free(manifests[i]);
	manifest_count = 0;
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static struct abilock_manifest *manifest(const char *text)
{
	_cleanup_(abilock_diagnostics_deinit) struct abilock_diagnostics diags = {0};

	ck_assert_int_eq(abilock_manifest_parse(text, strlen(text), "test.manifest",
						&manifests[manifest_count], &diags),
			 0);
	return manifests[manifest_count++];
}

static void set_checksum(void *bytes, size_t size)
{
	const uint64_t checksum = abilock_index_checksum(bytes, size);

	memcpy((uint8_t *)bytes + offsetof(struct abilock_index_header, checksum), &checksum,
	       sizeof(checksum));
}

/* As it would lie in a file. */
static void build_source(const struct abilock_index_source *source)
{
	ck_assert_int_eq(abilock_index_build(source, &index_, &err), 0);
	set_checksum((void *)(uintptr_t)index_.bytes, index_.size);
}

static void build(struct abilock_index_entry *entries, size_t count)
{
	build_source(&(struct abilock_index_source){.entries = entries, .entry_count = count});
}

static const char every_key[] = "[module]\n"
				"name=all-keys\n"
				"description=Says everything\n"
				"type=channel\n"
				"checksum=844c2153257936cc25d8b32760780c7b\n"
				"support_level=deprecated\n"
				"deprecated_in=12\n"
				"removed_in=14\n"
				"replacement=other\n"
				"load_priority=channel_driver\n"
				"export_globals=yes\n"
				"embedded=yes\n"
				"licence=MIT\n"
				"arch=x86\n"
				"config=a.conf\n"
				"config=b.conf\n"
				"\n"
				"[uses]\n"
				"module=res_rtp\n"
				"application=Dial\n"
				"\n"
				"[canuse]\n"
				"service=timer\n"
				"\n"
				"[willuse]\n"
				"function=CUT\n"
				"\n"
				"[provides]\n"
				"channel=SIP\n"
				"service=timer:200\n"
				"\n"
				"[future]\n"
				"colour=red\n";

START_TEST(a_manifest_comes_out_as_it_went_in)
{
	_cleanup_(abilock_text_deinit) struct abilock_text before = {0}, after = {0};
	struct abilock_index_entry entry = {.manifest = manifest(every_key)}, got;

	build(&entry, 1);
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &got, &err), 0);
	abilock_manifest_write(&before, entry.manifest);
	abilock_manifest_write(&after, got.manifest);
	ck_assert_uint_eq(before.length, after.length);
	ck_assert_mem_eq(before.data, after.data, before.length);
	ck_assert_int_eq(got.manifest->priority, entry.manifest->priority);
	ck_assert_uint_eq(got.manifest->uses.items[1].place.line,
			  entry.manifest->uses.items[1].place.line);
	ck_assert_ptr_null(got.file.path);
	ck_assert_ptr_null(got.problem);
}
END_TEST

START_TEST(facts_of_the_file_come_out_as_they_went_in)
{
	const char *needed[] = {"libc.so.6", "libhost.so.1"}, *needs[] = {"libhost.so.1(H_1)"};
	struct abilock_index_entry got, entry = {
						.manifest = manifest("[module]\nname=a\n"),
						.manifest_file = "channel/a.manifest",
						.manifest_identity = {1, 2, 3, -4, -5},
						.problem = "",
						.file = {.path = "channel/a.so",
							 .identity = {5, 6, UINT64_MAX, 8, 9},
							 .is_verified = true,
							 .build_id = "00ff",
							 .kind = "private",
							 .host = "h",
							 .tag = "t",
							 .node = "N",
							 .needed = needed,
							 .needed_count = 2,
							 .needs = needs,
							 .needs_count = 1},
					};

	build(&entry, 1);
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &got, &err), 0);
	ck_assert_str_eq(got.manifest_file, "channel/a.manifest");
	ck_assert_mem_eq(&got.manifest_identity, &entry.manifest_identity,
			 sizeof(got.manifest_identity));
	ck_assert_str_eq(got.problem, "");
	ck_assert_str_eq(got.file.path, "channel/a.so");
	ck_assert_mem_eq(&got.file.identity, &entry.file.identity, sizeof(got.file.identity));
	ck_assert(got.file.is_verified && !got.file.is_checked);
	ck_assert_str_eq(got.file.build_id, "00ff");
	ck_assert_str_eq(got.file.node, "N");
	ck_assert_uint_eq(got.file.needed_count, 2);
	ck_assert_str_eq(got.file.needed[1], "libhost.so.1");
	ck_assert_str_eq(got.file.needs[0], "libhost.so.1(H_1)");
	ck_assert_ptr_null(got.manifest->description);
}
END_TEST

START_TEST(names_are_found_in_all_spellings_and_lie_in_order)
{
	struct abilock_index_entry entries[] = {
		{.manifest = manifest("[module]\nname=b_c\n")},
		{.manifest = manifest("[module]\nname=a\n")},
		{.manifest = manifest("[module]\nname=b-b\n")},
		{.manifest = manifest("[module]\nname=b\n")},
	};

	build(entries, ARRAY_SIZE(entries));
	ck_assert_uint_eq(abilock_index_count(&index_), 4);
	ck_assert_str_eq(abilock_index_name(&index_, 0), "a");
	ck_assert_str_eq(abilock_index_name(&index_, 1), "b");
	ck_assert_str_eq(abilock_index_name(&index_, 2), "b-b");
	ck_assert_str_eq(abilock_index_name(&index_, 3), "b_c");
	ck_assert_str_eq(abilock_index_name(&index_, 4), "");
	ck_assert_int_eq(abilock_index_find(&index_, "b_b"), 2);
	ck_assert_int_eq(abilock_index_find(&index_, "b-c"), 3);
	ck_assert_int_eq(abilock_index_find(&index_, "c"), -1);
	ck_assert_int_eq(abilock_index_find(&index_, ""), -1);
	ck_assert_int_eq(abilock_index_find(&index_, "b_b.so"), -1);
}
END_TEST

struct found {
	size_t numbers[8];
	int priorities[8];
	size_t count, most;
};

static bool take(size_t number, int priority, void *data)
{
	struct found *found = data;

	ck_assert_uint_lt(found->count, ARRAY_SIZE(found->numbers));
	found->numbers[found->count] = number;
	found->priorities[found->count++] = priority;
	return found->count < found->most;
}

START_TEST(providers_come_best_first_and_each_once)
{
	struct abilock_index_entry entries[] = {
		{.manifest = manifest("[module]\nname=a\n[provides]\nservice=timer:5\n")},
		{.manifest =
			 manifest("[module]\nname=b\n[provides]\nservice=timer\nmodule=old-b\n")},
		{.manifest = manifest("[module]\nname=c\n[provides]\nservice=timer:5\n"
				      "function=timer\n")},
	};
	struct found found = {.most = 8};
	const char *problem;

	ck_assert_int_eq(
		abilock_manifest_set(manifests[1], "provides", "service=timer:9", &problem), 1);
	build(entries, ARRAY_SIZE(entries));
	abilock_index_providers(&index_, "service", "timer", take, &found);
	ck_assert_uint_eq(found.count, 3);
	ck_assert_uint_eq(found.numbers[0], 1);
	ck_assert_int_eq(found.priorities[0], 9);
	ck_assert_uint_eq(found.numbers[1], 0);
	ck_assert_uint_eq(found.numbers[2], 2);
	found = (struct found){.most = 1};
	abilock_index_providers(&index_, "service", "timer", take, &found);
	ck_assert_uint_eq(found.count, 1);
	abilock_index_providers(&index_, "module", "old_b", take, &found);
	ck_assert_uint_eq(found.count, 2);
	abilock_index_providers(&index_, "timer", "service", take, &found);
	abilock_index_providers(&index_, "service", "Timer", take, &found);
	ck_assert_uint_eq(found.count, 2);
}
END_TEST

START_TEST(an_index_without_modules_is_one)
{
	struct abilock_index none = {0}, again;
	struct abilock_index_entry entry;
	struct found found = {.most = 8};

	build(NULL, 0);
	ck_assert_int_eq(abilock_index_open_bytes(index_.bytes, index_.size, "x", &again, &err), 0);
	for (const struct abilock_index *index = &again;; index = &none) {
		ck_assert_uint_eq(abilock_index_count(index), 0);
		ck_assert_int_eq(abilock_index_find(index, "a"), -1);
		ck_assert_ptr_null(abilock_index_host_key(index));
		ck_assert_uint_eq(abilock_index_directory_count(index), 0);
		ck_assert_str_eq(abilock_index_directory(index, 0).name, "");
		abilock_index_providers(index, "a", "b", take, &found);
		ck_assert_int_eq(abilock_index_entry(index, 0, &arena, &entry, &err),
				 ABILOCK_E_DAMAGED);
		if (index == &none)
			break;
	}
	ck_assert_uint_eq(found.count, 0);
}
END_TEST

static void build_rich(void)
{
	struct abilock_index_directory directories[] = {{.name = ""}, {"codec", {1, 2, 0, 3, 4}}};
	struct abilock_index_entry entries[] = {
		{.manifest = manifest(every_key)},
		{.manifest = manifest("[module]\nname=b\n[provides]\nservice=timer\n")},
	};
	build_source(&(struct abilock_index_source){entries, 2, directories, 2, "0011 2233"});
}

START_TEST(directories_and_host_are_remembered)
{
	build_rich();
	ck_assert_uint_eq(abilock_index_directory_count(&index_), 2);
	ck_assert_str_eq(abilock_index_directory(&index_, 1).name, "codec");
	ck_assert_int_eq(abilock_index_directory(&index_, 1).identity.mtime_ns, 3);
	ck_assert_int_eq(abilock_index_directory(&index_, 1).identity.ctime_ns, 4);
	ck_assert_str_eq(abilock_index_host_key(&index_), "0011 2233");
}
END_TEST

START_TEST(every_flipped_bit_is_seen)
{
	struct abilock_index got;

	build_rich();
	_cleanup_(freep) uint8_t *bytes = malloc(index_.size);
	memcpy(bytes, index_.bytes, index_.size);
	for (size_t i = 0; i < index_.size * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		int r = abilock_index_open_bytes(bytes, index_.size, "x", &got, &err);
		ck_assert(r == ABILOCK_E_DAMAGED || r == ABILOCK_E_UNSUPPORTED);
		bytes[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ck_assert_int_eq(abilock_index_open_bytes(bytes, index_.size, "x", &got, &err), 0);
}
END_TEST

START_TEST(a_cut_or_longer_file_is_seen)
{
	struct abilock_index got;

	build_rich();
	for (size_t size = 0; size < index_.size; size++) {
		_cleanup_(freep) uint8_t *bytes = malloc(size + 1);

		memcpy(bytes, index_.bytes, size);
		ck_assert_int_eq(abilock_index_open_bytes(bytes, size, "x", &got, &err),
				 ABILOCK_E_DAMAGED);
	}
	_cleanup_(freep) uint8_t *bytes = calloc(1, index_.size + 8);
	memcpy(bytes, index_.bytes, index_.size);
	ck_assert_int_eq(abilock_index_open_bytes(bytes, index_.size + 8, "x", &got, &err),
			 ABILOCK_E_DAMAGED);
}
END_TEST

static int open_with(size_t offset, uint32_t value)
{
	struct abilock_index got;
	_cleanup_(freep) uint8_t *bytes = malloc(index_.size);

	memcpy(bytes, index_.bytes, index_.size);
	memcpy(bytes + offset, &value, sizeof(value));
	set_checksum(bytes, index_.size);
	return abilock_index_open_bytes(bytes, index_.size, "x", &got, &err);
}

START_TEST(another_version_or_byte_order_is_not_read)
{
	build_rich();
	ck_assert_int_eq(open_with(offsetof(struct abilock_index_header, version),
				   ABILOCK_INDEX_VERSION + 1),
			 ABILOCK_E_UNSUPPORTED);
	ck_assert_int_eq(open_with(offsetof(struct abilock_index_header, byte_order), 0x04030201),
			 ABILOCK_E_UNSUPPORTED);
	ck_assert_int_eq(open_with(offsetof(struct abilock_index_header, magic), 0),
			 ABILOCK_E_DAMAGED);
}
END_TEST

/* With a checksum that fits: whoever writes one is believed as far as his offsets hold. */
START_TEST(tables_outside_of_the_file_are_seen)
{
	const size_t first = offsetof(struct abilock_index_header, modules);
	const size_t last = offsetof(struct abilock_index_header, host_key);

	build_rich();
	for (size_t at = first; at < last; at += sizeof(uint32_t)) {
		ck_assert_int_eq(open_with(at, UINT32_MAX), ABILOCK_E_DAMAGED);
		ck_assert_int_eq(open_with(at, (uint32_t)index_.size + 8), ABILOCK_E_DAMAGED);
	}
}
END_TEST

START_TEST(an_entry_with_a_wild_offset_is_damaged)
{
	struct abilock_index_entry entry;

	build_rich();
	struct abilock_index_header header;
	memcpy(&header, index_.bytes, sizeof(header));
	uint8_t *bytes = (uint8_t *)(uintptr_t)index_.bytes;
	struct abilock_index_module *module = (void *)(bytes + header.modules.offset);
	const struct abilock_index_module good = *module;

	module->strings[ABILOCK_INDEX_TYPE] = UINT32_MAX;
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &entry, &err), ABILOCK_E_DAMAGED);
	*module = good;
	module->lists = UINT32_MAX;
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &entry, &err), ABILOCK_E_DAMAGED);
	*module = good;
	module->counts[ABILOCK_INDEX_NEEDS] = UINT32_MAX / 4;
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &entry, &err), ABILOCK_E_DAMAGED);
	*module = good;
	module->strings[ABILOCK_INDEX_NAME] = 0;
	ck_assert_int_eq(abilock_index_entry(&index_, 0, &arena, &entry, &err), ABILOCK_E_DAMAGED);
	ck_assert_int_eq(abilock_index_find(&index_, "all_keys"), -1);
	uint32_t *slots = (void *)(bytes + header.module_slots.offset);
	for (uint32_t i = 0; i < header.module_slots.count; i++)
		slots[i] = 1000;
	ck_assert_int_eq(abilock_index_find(&index_, ""), -1);
}
END_TEST

START_TEST(it_is_written_and_opened_again)
{
	_cleanup_(freep) char *path = NULL;
	struct abilock_index got;

	ck_assert_int_gt(asprintf(&path, "%s/modules.index", folder), 0);
	build_rich();
	ck_assert_int_eq(abilock_index_open(path, &got, &err), ABILOCK_E_IO);
	ck_assert_int_eq(abilock_index_write(&index_, path, &err), 0);
	ck_assert_int_eq(abilock_index_write(&index_, path, &err), 0);
	ck_assert_int_eq(abilock_index_open(path, &got, &err), 0);
	ck_assert_uint_eq(got.size, index_.size);
	ck_assert_mem_eq(got.bytes, index_.bytes, got.size);
	abilock_index_close(&got);
	abilock_index_close(&got);
	ck_assert_int_eq(abilock_index_open(folder, &got, &err), ABILOCK_E_DAMAGED);
	ck_assert_int_eq(abilock_index_write(&index_, "/nowhere/at/all", &err), ABILOCK_E_IO);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index");
	TCase *tcase = tcase_create("index");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_manifest_comes_out_as_it_went_in);
	tcase_add_test(tcase, facts_of_the_file_come_out_as_they_went_in);
	tcase_add_test(tcase, names_are_found_in_all_spellings_and_lie_in_order);
	tcase_add_test(tcase, providers_come_best_first_and_each_once);
	tcase_add_test(tcase, an_index_without_modules_is_one);
	tcase_add_test(tcase, directories_and_host_are_remembered);
	tcase_add_test(tcase, every_flipped_bit_is_seen);
	tcase_add_test(tcase, a_cut_or_longer_file_is_seen);
	tcase_add_test(tcase, another_version_or_byte_order_is_not_read);
	tcase_add_test(tcase, tables_outside_of_the_file_are_seen);
	tcase_add_test(tcase, an_entry_with_a_wild_offset_is_damaged);
	tcase_add_test(tcase, it_is_written_and_opened_again);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
