/* SPDX-License-Identifier: MIT */
/* Our own marker and note: libabilock.so is the host of libabilock-guard.so. */
#include "abilock_abi.h"

ABILOCK_HOST();
