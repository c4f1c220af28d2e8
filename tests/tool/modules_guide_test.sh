#!/bin/bash
# SPDX-License-Identifier: MIT
# The example of docs/modules.md: it is built as the document says, and prints what stands there.
#
#   modules_guide_test.sh            test
#   modules_guide_test.sh --update   write what the commands print into the document
#
# From the environment: VERSIONGEN, ABIAUDIT, ABIMOD (the tools), SOURCE_DIR (the tree), CC, ABILOCK_INCLUDE,
# ABILOCK_LIB.

# Functions are called by name, through check and check_not.
# shellcheck disable=SC2317,SC2154
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
: "${VERSIONGEN:?}" "${ABIAUDIT:?}" "${ABIMOD:?}" "${SOURCE_DIR:?}" "${CC:?}" "${ABILOCK_INCLUDE:?}" "${ABILOCK_LIB:?}"
document=$(realpath "$SOURCE_DIR")/docs/modules.md
# shellcheck source=document_lib.sh
. "$here/document_lib.sh"
ln -s "$(realpath "$ABIMOD")" "$dir/bin/abimod"
# What is asked of it in the document, from the build tree.
cat >"$dir/bin/pkg-config" <<EOT2
#!/bin/sh
echo "-I$ABILOCK_INCLUDE -L$ABILOCK_LIB -Wl,-rpath,$ABILOCK_LIB -labilock"
EOT2
chmod +x "$dir/bin/pkg-config"
cd "$dir" || exit 1

if [[ ${1-} == --update ]]; then
	update_document "$document" 'An example'
	exit
fi

check "the example prints what modules.md says" document_holds "$document" 'An example'
sed 's/^hello$/goodbye/' "$document" >broken.md
check_not "another output is noticed" document_holds broken.md 'An example'
finish
