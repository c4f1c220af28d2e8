/* SPDX-License-Identifier: MIT */
/* What Debian calls the machines that a declaration's `arch=` names. */
#ifndef VERSIONGEN_DEBIAN_MACHINE_H
#define VERSIONGEN_DEBIAN_MACHINE_H

/** A pair of names. A machine may have several architectures; they stand side by side. */
struct debian_machine {
	const char *machine;	  /**< Such as "x86_64". */
	const char *architecture; /**< Such as "amd64". */
};

/** All pairs, ended by one without names. */
const struct debian_machine *debian_machines(void);

#endif
