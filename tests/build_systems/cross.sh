#!/bin/bash
# SPDX-License-Identifier: MIT
# libabilock for aarch64, for the tests of cross builds: the library alone, with the tools of this machine.
#
#   cross.sh FOLDER
#
# Installs into FOLDER/prefix. Where there is no compiler for it the folder is left empty, and who needs it says so.
# From the environment: ABILOCK_PREFIX, where abilock is installed; SOURCE_DIR.
set -euo pipefail
: "${ABILOCK_PREFIX:?}" "${SOURCE_DIR:?}"
folder=$(mkdir -p "$1" && cd "$1" && pwd)
target=aarch64-linux-gnu

rm -rf "$folder/prefix"
if ! command -v $target-gcc >/dev/null; then
	# No failure, and not skipped: those who need the folder are run, and say what they leave out.
	echo "skip - no compiler for aarch64 (gcc-$target, libc6-dev-arm64-cross)"
	exit 0
fi
cmake -S "$SOURCE_DIR" -B "$folder/build" -G Ninja -DABILOCK_TOOLS=OFF \
	-DABILOCK_VERSIONGEN="$(cd "$ABILOCK_PREFIX" && pwd)/bin/versiongen" \
	-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=$target-gcc \
	-DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Debug
cmake --build "$folder/build"
cmake --install "$folder/build" --prefix "$folder/prefix"
