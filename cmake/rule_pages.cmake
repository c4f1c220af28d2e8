# SPDX-License-Identifier: MIT
# Writes a C file with the pages of all rules, for --explain:
#
#     cmake -DPAGES=docs/rules -DOUTPUT=rule_pages_text.c -P rule_pages.cmake
file(GLOB pages ${PAGES}/[a-z]*.md)
list(SORT pages)
set(code "/* Made from docs/rules by rule_pages.cmake. */\n#include \"rule_pages.h\"\n\n")
string(APPEND code "const struct abilock_rule_page abilock_rule_pages[] = {\n")
foreach(page IN LISTS pages)
	cmake_path(GET page STEM id)
	file(READ ${page} text)
	string(REPLACE "\\" "\\\\" text "${text}")
	string(REPLACE "\"" "\\\"" text "${text}")
	string(REPLACE "?" "\\?" text "${text}")
	string(REPLACE "\t" "\\t" text "${text}")
	string(REPLACE "\n" "\\n\"\n\t \"" text "${text}")
	string(APPEND code "\t{\"${id}\",\n\t \"${text}\"},\n")
endforeach()
string(APPEND code "};\nconst size_t abilock_rule_page_count = ARRAY_SIZE(abilock_rule_pages);\n")
file(WRITE ${OUTPUT} "${code}")
