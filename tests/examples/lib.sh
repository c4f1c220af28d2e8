# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# An example as a user would build it: against an installed abilock, in a git repository of its own.
# Source it behind tests/tool/lib.sh. From the environment: ABILOCK_PREFIX, where abilock is installed.

: "${ABILOCK_PREFIX:?}"
prefix=$(cd "$ABILOCK_PREFIX" && pwd) || exit 1
PATH=$prefix/bin:$PATH
# lib, or lib/TRIPLET where the prefix is the system's
PKG_CONFIG_PATH=$(find "$prefix" -type d -name pkgconfig -printf '%p:')
export PATH PKG_CONFIG_PATH
cd "$dir" || exit 1

prints() { grep -qE -e "$1" "$2"; }

# A repository that knows nothing of who runs the test (signed commits, hooks) or from where (a git
# hook, which sets GIT_DIR).
repo_git() {
	env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE GIT_CONFIG_GLOBAL=/dev/null \
		GIT_CONFIG_NOSYSTEM=1 git -C "$dir/repo" -c user.name=test \
		-c user.email=test@localhost "$@"
}

# build TO OPTION...: what the repository holds now, installed. The options are for cmake.
build() {
	local to=$dir/$1
	shift
	rm -rf build
	cmake -S repo -B build -G Ninja -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DCMAKE_INSTALL_LIBDIR=lib \
		-DCMAKE_INSTALL_PREFIX="$to" "$@" &&
		cmake --build build --target install
}

# commit_example EXAMPLE: into the repository, which is new
commit_example() {
	rm -rf repo
	cp -R "$root/examples/$1" repo
	repo_git init -q
	repo_git add -A
	repo_git commit -q -m "The first build"
}
