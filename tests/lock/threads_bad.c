/* SPDX-License-Identifier: MIT */
int nowhere_defined(void);
int module_answer(void);

__attribute__((visibility("default"))) int module_answer(void)
{
	return nowhere_defined();
}
