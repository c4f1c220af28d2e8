# SPDX-License-Identifier: MIT
# A host and its modules with GNU make, 3.81 or later.
#
#   include $(shell pkg-config --variable=pkgdatadir abilock)/make/abilock.mk
#   $(eval $(call abilock_host,NAME,DECLARATION,SONAME))
#
# gives the rules of what versiongen makes of the declaration, in the current folder, and
#
#   $(NAME_header)   NAME_abi.h: what includes it depends on it
#   $(NAME_link)     flags that make a program or library the host; its link depends on $(NAME_map)
#   $(NAME_stub)     what modules are linked with and depend on, in place of the host
#   $(NAME_lock)     objects for sources that do not say ABILOCK_HOST() or ABILOCK_MODULE() themselves: for
#   $(NAME_module_lock), $(NAME_public_lock)     the link of the host, of a private and of a public module
#   $(NAME_made)     all files that are made: for `clean`
#   NAME-install     a target: the header, the stub of a program and NAME-host.pc, for modules that
#                    are built elsewhere; and the index of the modules, so install these first
#   NAME-uninstall   the opposite
#
# A host with the soname libNAME-host.so.N is a program; every other soname is that of a library.
#
# To be set before the include or by the caller: VERSIONGEN, ABIMOD, PKG_CONFIG, INSTALL; ABILOCK_TAG
# (as for `versiongen tag --tag`); ABILOCK_MACHINE (of the modules; from $(CC)); VERSION (of the
# hosts, for the .pc file); PREFIX, bindir, libdir, includedir, DESTDIR; NAME_moduledir, NAME_host.

PKG_CONFIG ?= pkg-config
INSTALL ?= install
ABILOCK_TAG ?= git
ABILOCK_CFLAGS := $(shell $(PKG_CONFIG) --cflags abilock)
ABILOCK_LIBS := $(shell $(PKG_CONFIG) --libs abilock)
ifeq ($(origin ABILOCK_MACHINE),undefined)
ABILOCK_MACHINE := $(shell $(CC) -dumpmachine)
endif
# The tools are the build machine's: what pkg-config names is, where abilock is another machine's, not.
abilock_tool = $(shell command -v $(1) || $(PKG_CONFIG) --variable=$(1) abilock)
ifeq ($(origin VERSIONGEN),undefined)
VERSIONGEN := $(call abilock_tool,versiongen)
endif
ifeq ($(origin ABIMOD),undefined)
ABIMOD := $(call abilock_tool,abimod)
endif

PREFIX ?= /usr/local
bindir ?= $(PREFIX)/bin
libdir ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
VERSION ?= 0
abilock_host_pc := $(shell $(PKG_CONFIG) --variable=pkgdatadir abilock)/host.pc.in

# The tag changes with every commit and every edit: it is asked for each time. versiongen leaves a file
# alone that would stay the same, so nothing follows from the same answer.
.PHONY: abilock-always
abilock-always:

define abilock_host
$(1)_map := $(1).map
$(1)_header := $(1)_abi.h
$(1)_is_program := $(filter lib$(1)-host.so.%,$(3))
$(1)_library := $$(firstword $$(subst .so, ,$(3)))
$(1)_stub := stubs/$$($(1)_library).so
$(1)_link := $$(if $$($(1)_is_program),-rdynamic )-Wl,--version-script=$(1).map -Wl,-soname,$(3)
$(1)_lock := $(1)-lock.o
$(1)_module_lock := $(1)-module-lock.o
$(1)_public_lock := $(1)-public-lock.o
$(1)_moduledir ?= $$(libdir)/$(1)
$(1)_host ?= $$(if $$($(1)_is_program),$$(bindir)/$(1),$$(libdir)/$(3))
$(1)_made := $(1).tag $(1).map $(1)_abi.h $$($(1)_stub) $(1).map.d $(1)_abi.h.d $$($(1)_stub).d \
	$(1)-host.pc $(1)-lock.o $(1)-module-lock.o $(1)-public-lock.o

$(1).tag: abilock-always
	@$$(VERSIONGEN) tag --tag '$$(ABILOCK_TAG)' --repo '$$(dir $(2))' -o $$@
$(1).map: $(1).tag $(2)
	$$(VERSIONGEN) map $(2) --tag "id:$$$$(cat $(1).tag)" --machine $$(ABILOCK_MACHINE) \
		-o $$@ --depfile $$@.d
$(1)_abi.h: $(1).tag $(2)
	$$(VERSIONGEN) header $(2) --tag "id:$$$$(cat $(1).tag)" --machine $$(ABILOCK_MACHINE) \
		--name $(1) --soname $(3) -o $$@ --depfile $$@.d
$$($(1)_stub): $(1).tag $(2)
	@mkdir -p $$(@D)
	$$(VERSIONGEN) stub $(2) --tag "id:$$$$(cat $(1).tag)" --machine $$(ABILOCK_MACHINE) \
		--soname $(3) -o $$@ --depfile $$@.d
-include $(1).map.d $(1)_abi.h.d $$($(1)_stub).d

$(1)-lock.o: abilock_as := -DABILOCK_LOCK_HOST
$(1)-module-lock.o: abilock_as := -DABILOCK_LOCK_MODULE=PRIVATE
$(1)-public-lock.o: abilock_as := -DABILOCK_LOCK_MODULE=PUBLIC
$(1)-lock.o $(1)-module-lock.o $(1)-public-lock.o: $(1)_abi.h
	$$(CC) $$(CPPFLAGS) $$(CFLAGS) -fPIC $$(abilock_as) -x c -c $(1)_abi.h -o $$@

# Each time: the folders may be given to `make install` alone.
$(1)-host.pc: abilock-always
	@sed -e '/^#/d' -e 's|@prefix@|$$(PREFIX)|' -e 's|@exec_prefix@|$$$${prefix}|' \
		-e 's|@libdir@|$$(libdir)|' -e 's|@includedir@|$$(includedir)|' \
		-e 's|@ABILOCK_NAME@|$(1)|' -e 's|@ABILOCK_VERSION@|$$(VERSION)|' \
		-e 's|@ABILOCK_SONAME@|$(3)|' -e 's|@ABILOCK_HOST@|$$($(1)_host)|' \
		-e 's|@ABILOCK_MODULEDIR@|$$($(1)_moduledir)|' \
		-e 's|@ABILOCK_LIBS@|-L$$$${libdir}$$(if $$($(1)_is_program),/abilock/stubs) -l$$($(1)_library:lib%=%)|' \
		-e 's|=$$(PREFIX)/|=$$$${prefix}/|' $$(abilock_host_pc) >$$@.new
	@mv -f $$@.new $$@

.PHONY: $(1)-install $(1)-uninstall
$(1)-install: $(1)_abi.h $(1)-host.pc $$(if $$($(1)_is_program),$$($(1)_stub))
	$$(INSTALL) -d '$$(DESTDIR)$$(includedir)/$(1)' '$$(DESTDIR)$$(libdir)/pkgconfig'
	$$(INSTALL) -m 644 $(1)_abi.h '$$(DESTDIR)$$(includedir)/$(1)'
	$$(INSTALL) -m 644 $(1)-host.pc '$$(DESTDIR)$$(libdir)/pkgconfig'
	$$(if $$($(1)_is_program),$$(INSTALL) -d '$$(DESTDIR)$$(libdir)/abilock/stubs')
	$$(if $$($(1)_is_program),$$(INSTALL) -m 644 $$($(1)_stub) '$$(DESTDIR)$$(libdir)/abilock/stubs')
	$$(ABIMOD) index --dir '$$(DESTDIR)$$($(1)_moduledir)' --host '$$(DESTDIR)$$($(1)_host)'
$(1)-uninstall:
	rm -f '$$(DESTDIR)$$(includedir)/$(1)/$(1)_abi.h' '$$(DESTDIR)$$(libdir)/pkgconfig/$(1)-host.pc' \
		'$$(DESTDIR)$$(libdir)/abilock/stubs/$$($(1)_library).so' \
		'$$(DESTDIR)$$($(1)_moduledir)/modules.index'
endef
