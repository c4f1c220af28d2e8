/* SPDX-License-Identifier: MIT */
#include "host_abi.h"

ABILOCK_HOST();

int other_get(void);

OTHER_EXPORT_PRIVATE int other_get(void)
{
	return 1;
}
