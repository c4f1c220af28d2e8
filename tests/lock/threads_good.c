/* SPDX-License-Identifier: MIT */
int threads_counter(void);
int module_answer(void);

__attribute__((visibility("default"))) int module_answer(void)
{
	return threads_counter();
}
