/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to the configuration.
 *
 * The build makes every CONFIG_ symbol a macro: 1 for a bool that is set, the value for a number or
 * a string, and no macro for a bool that is not set. Every file sees this header without including
 * it. IS_ENABLED() turns a bool into a constant expression, so that code that is configured out is
 * still compiled, checked and then dropped.
 */
#ifndef HV_KCONFIG_H
#define HV_KCONFIG_H

#include <generated/autoconf.h>

#define KCONFIG_TEXT_(expanded) #expanded
#define KCONFIG_TEXT(option)	KCONFIG_TEXT_(option)

/* 1 when the bool @option is set, else 0: the text of its expansion is "1", or else its long name.
 */
#define IS_ENABLED(option) (sizeof(KCONFIG_TEXT(option)) == sizeof("1"))

/* For a row of a table: the function, or NULL, and then it need not be linked. */
#define IF_ENABLED(option, function) (IS_ENABLED(option) ? (function) : NULL)

#endif
