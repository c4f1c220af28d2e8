/* SPDX-License-Identifier: MIT */
#include "module_rules.h"

#define E ABILOCK_LEVEL_ERROR
#define W ABILOCK_LEVEL_WARNING

/* Sorted by id. */
const struct abilock_rule abilock_module_rules[] = {
	{"canuse-unknown", W, "what a module can use or will use is provided",
	 "correct the name, install what provides it, or leave the line out"},
	{"checksum-mismatch", E, "the checksum of a manifest is that of its module",
	 "make the manifest again: versiongen manifest; or install both from one build"},
	{"conf-unknown-module", W, "each module that modules.conf names exists",
	 "correct the name, or leave the line out"},
	{"deprecated-use", W, "no module uses one that is deprecated", "use what replaces it"},
	{"embedded-uses-dynamic", E, "what an embedded module uses is embedded too",
	 "embed what it uses as well, or build it as a module"},
	{"exports-symbols", W, "a module exports nothing unless it says export_globals",
	 "hide them: -fvisibility=hidden, or a version script with 'local: *;'"},
	{"manifest-differs", E, "a manifest says what its module says",
	 "make the manifest again: versiongen manifest"},
	{"manifest-unreadable", E, "each manifest can be read",
	 "make the manifest again: versiongen manifest"},
	{"manifest-without-module", E, "each manifest has its module",
	 "install the module, or remove the manifest"},
	{"module-cycle", E, "no module uses itself through others",
	 "make one of the uses a canuse, or move what both need into a third module"},
	{"module-refused", E, "the host lets each module in",
	 "install the module that was built with this host, or rebuild it"},
	{"module-unreadable", E, "each module is an ELF file that can be read",
	 "build or install the module again"},
	{"module-without-manifest", W, "each module has its manifest",
	 "write it with versiongen manifest, and install it beside the module"},
	{"name-mismatch", E, "a module has the name of its file",
	 "rename the file, or build the module with the name of the file"},
	{"name-twice", E, "no two files of a directory are one module",
	 "remove one of them, or give it another name"},
	{"provider-duplicate", W, "two providers of one thing have different priorities",
	 "give the better one a higher priority: NAME:PRIORITY"},
	{"unknown-key", W, "each line of a manifest has a known key",
	 "correct the key, or leave the line out"},
	{"use-unknown", E, "what a module uses is provided",
	 "correct the name, or install what provides it"},
};
const size_t abilock_module_rule_count = ARRAY_SIZE(abilock_module_rules);
