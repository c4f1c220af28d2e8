/* SPDX-License-Identifier: MIT */
/* libdict.so.1: a library of the modules. It uses nothing of kettle, so it needs no lock. */
#ifndef DICT_H
#define DICT_H

/** The right spelling of @p word, which is @p word itself for most. */
__attribute__((visibility("default"))) const char *dict_correct(const char *word);

#endif
