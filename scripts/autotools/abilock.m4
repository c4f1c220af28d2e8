# abilock.m4: a host and its modules with Autoconf and Automake                  -*- Autoconf -*-
# SPDX-License-Identifier: MIT
#
# ABILOCK_PROG_VERSIONGEN
#
#   Finds libabilock (ABILOCK_CFLAGS, ABILOCK_LIBS) and the tools versiongen and abimod (VERSIONGEN, ABIMOD),
#   which are those of the build machine.
#
# ABILOCK_HOST(NAME, DECLARATION, SONAME)
#
#   The host NAME exports what DECLARATION says, a file in the folder of the Makefile.am that has a line
#   `@NAME_rules@`. A SONAME of libNAME-host.so.N is that of a program; every other is that of a library. There are
#
#     $(NAME_header)   NAME_abi.h: for BUILT_SOURCES
#     $(NAME_link)     flags that make a program or library the host, whose link depends on $(NAME_map).
#                      The soname of a library comes from elsewhere, as from libtool's -version-info.
#     $(NAME_stub)     what modules are linked with and depend on, in place of the host
#     $(NAME_lock)     objects for sources that do not say ABILOCK_HOST() or ABILOCK_MODULE() themselves: for
#     $(NAME_module_lock), $(NAME_public_lock)     the link of the host, of a private and of a public module;
#                      with libtool as -Wl,$(NAME_lock) among the flags of the link
#     $(NAME_made)     all files that are made: for CLEANFILES
#     NAME-install     a target for install-exec-hook: the header, the stub of a program and NAME-host.pc,
#                      for modules that are built elsewhere; and the index of the modules
#     NAME-uninstall   the opposite, for uninstall-hook
#     NAME-dist        a target for dist-hook: has the tarball know the commit it was made from
#
#   Names of files are relative to that folder: a Makefile.am elsewhere says $(top_builddir)/src/$(NAME_stub).
#   $(NAME_moduledir) and $(NAME_host) may be set in the Makefile.am. In the names of variables a character that
#   cannot be there is an underscore.

AC_DEFUN([ABILOCK_PROG_VERSIONGEN],
[AC_REQUIRE([PKG_PROG_PKG_CONFIG])dnl
PKG_CHECK_MODULES([ABILOCK], [abilock])
_ABILOCK_TOOL([VERSIONGEN], [versiongen])
_ABILOCK_TOOL([ABIMOD], [abimod])
AC_ARG_VAR([ABILOCK_TAG], [tag of this build, as for versiongen --tag (default: git)])
AC_ARG_VAR([ABILOCK_MACHINE], [machine of the modules, as for versiongen --machine (default: that of --host)])
: "${ABILOCK_TAG:=git}"
PKG_CHECK_VAR([abilock_pkgdatadir], [abilock], [pkgdatadir])
])

# What pkg-config names is of the machine that libabilock is for, so it is looked at last.
m4_define([_ABILOCK_TOOL],
[AC_ARG_VAR([$1], [path of $2 (default: from PATH, or as pkg-config says)])
AC_PATH_PROG([$1], [$2], [`$PKG_CONFIG --variable=$2 abilock`])
])

AC_DEFUN([ABILOCK_HOST],
[AC_REQUIRE([ABILOCK_PROG_VERSIONGEN])dnl
AC_REQUIRE([AC_CANONICAL_HOST])dnl
: "${ABILOCK_MACHINE:=$host}"
m4_pattern_allow([^AM_V_GEN$])dnl
_ABILOCK_HOST([$1], m4_translit([$1], [-+.], [___]), [$2], [$3], m4_bpatsubst([$3], [\.so.*]))
])

# _ABILOCK_HOST(NAME, NAME AS A VARIABLE, DECLARATION, SONAME, SONAME UP TO .so)
m4_define([_ABILOCK_HOST],
[AC_SUBST([$2_map], [$1.map])
AC_SUBST([$2_header], [$1_abi.h])
AC_SUBST([$2_stub], [stubs/$5.so])
AC_SUBST([$2_moduledir], ['$(libdir)/$1'])
AC_SUBST([$2_made], ["$1.tag $1.map $1.map.d $1_abi.h $1_abi.h.d stubs/$5.so stubs/$5.so.d $1-host.pc $1-lock.o $1-module-lock.o $1-public-lock.o"])
AC_SUBST([$2_lock], [$1-lock.o])
AC_SUBST([$2_module_lock], [$1-module-lock.o])
AC_SUBST([$2_public_lock], [$1-public-lock.o])
m4_if([$5], [lib$1-host],
[$2_link='-rdynamic -Wl,--version-script=$1.map -Wl,-soname,$4'
$2_host='$(bindir)/$1'
abilock_pc_libs='-L$${libdir}/abilock/stubs -l$1-host'
abilock_installed_stub='$($2_stub)'],
[$2_link='-Wl,--version-script=$1.map'
$2_host='$(libdir)/$4'
abilock_pc_libs='-L$${libdir} -l[]m4_bpatsubst([$5], [^lib])'
abilock_installed_stub=])
AC_SUBST([$2_link])
AC_SUBST([$2_host])
AC_SUBST([$2_rules])
AM_SUBST_NOTMAKE([$2_rules])
$2_rules='
# The tag changes with every commit and every edit: it is asked for each time. versiongen leaves a file
# alone that would stay the same, so nothing follows from the same answer.
.PHONY: $1-always $1-install $1-uninstall $1-dist
$1-always:
$1.tag: $1-always
	@$(VERSIONGEN) tag --tag "$(ABILOCK_TAG)" --repo "$(srcdir)" -o [$]@
$1.map: $1.tag $(srcdir)/$3
	$(AM_V_GEN)$(VERSIONGEN) map "$(srcdir)/$3" --tag "id:$$(cat $1.tag)" --machine $(ABILOCK_MACHINE) -o [$]@ --depfile [$]@.d
$1_abi.h: $1.tag $(srcdir)/$3
	$(AM_V_GEN)$(VERSIONGEN) header "$(srcdir)/$3" --tag "id:$$(cat $1.tag)" --machine $(ABILOCK_MACHINE) --name $1 --soname $4 -o [$]@ --depfile [$]@.d
stubs/$5.so: $1.tag $(srcdir)/$3
	@$(MKDIR_P) stubs
	$(AM_V_GEN)$(VERSIONGEN) stub "$(srcdir)/$3" --tag "id:$$(cat $1.tag)" --machine $(ABILOCK_MACHINE) --soname $4 -o [$]@ --depfile [$]@.d
-include $1.map.d $1_abi.h.d stubs/$5.so.d

$1-lock.o: $1_abi.h
	$(AM_V_GEN)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -DABILOCK_LOCK_HOST -x c -c $1_abi.h -o [$]@
$1-module-lock.o: $1_abi.h
	$(AM_V_GEN)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -DABILOCK_LOCK_MODULE=PRIVATE -x c -c $1_abi.h -o [$]@
$1-public-lock.o: $1_abi.h
	$(AM_V_GEN)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -DABILOCK_LOCK_MODULE=PUBLIC -x c -c $1_abi.h -o [$]@

# Each time: the folders may be given to `make install` alone.
$1-host.pc: $1-always
	$(AM_V_GEN)sed -e "/^[#]/d" -e "s|@prefix@|$(prefix)|" -e "s|@exec_prefix@|$(exec_prefix)|" -e "s|@libdir@|$(libdir)|" -e "s|@includedir@|$(includedir)|" -e "s|@ABILOCK_NAME@|$1|" -e "s|@ABILOCK_VERSION@|$(VERSION)|" -e "s|@ABILOCK_SONAME@|$4|" -e "s|@[ABILOCK_HOST]@|$($2_host)|" -e "s|@ABILOCK_MODULEDIR@|$($2_moduledir)|" -e '"'s|@ABILOCK_LIBS@|$abilock_pc_libs|'"' -e "s|=$(prefix)/|=\$${prefix}/|" "$(abilock_pkgdatadir)/host.pc.in" >[$]@.new
	@mv -f [$]@.new [$]@

$1-install: $1_abi.h $1-host.pc '$abilock_installed_stub'
	$(MKDIR_P) "$(DESTDIR)$(includedir)/$1" "$(DESTDIR)$(libdir)/pkgconfig"
	$(INSTALL_DATA) $1_abi.h "$(DESTDIR)$(includedir)/$1"
	$(INSTALL_DATA) $1-host.pc "$(DESTDIR)$(libdir)/pkgconfig"
	stub="'$abilock_installed_stub'"; test -z "$$stub" || { $(MKDIR_P) "$(DESTDIR)$(libdir)/abilock/stubs" && $(INSTALL_DATA) "$$stub" "$(DESTDIR)$(libdir)/abilock/stubs"; }
	$(ABIMOD) index --dir "$(DESTDIR)$($2_moduledir)" --host "$(DESTDIR)$($2_host)"
$1-uninstall:
	rm -f "$(DESTDIR)$(includedir)/$1/$1_abi.h" "$(DESTDIR)$(libdir)/pkgconfig/$1-host.pc" "$(DESTDIR)$(libdir)/abilock/stubs/$5.so" "$(DESTDIR)$($2_moduledir)/modules.index"

# A tarball has no git, and what has edits has no commit.
$1-dist:
	tag=`$(VERSIONGEN) tag --repo "$(srcdir)"` || exit 1; case $$tag in *_dirty_*) echo "commit the changes first: a tarball has the tag of its commit" >&2; exit 1;; esac; echo "$$tag" >"$(top_distdir)/.abilock-tag"
'])
