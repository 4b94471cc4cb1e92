/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hypervisor's command line: words "name" or "name=value". Whoever wants an option asks for it;
 * words nobody has asked for are reported once boot is over. A repeated option: the last one
 * counts. Boot only, one CPU; strings returned stay valid until boot is over.
 */
#ifndef HV_CMDLINE_H
#define HV_CMDLINE_H

#include <hv/types.h>

#ifdef CONFIG_COMMAND_LINE
#define CMDLINE_MAX 1024U

/* The text as it was given; also after boot. */
extern char cmdline_whole[CMDLINE_MAX];

/* Take a copy of the text (at most 1 KiB; more is cut with a warning). NULL: empty. */
void cmdline_init(const char *text);

/* The value of an option, "" when it has none, NULL when the option is absent. */
const char *cmdline_get(const char *name);
/* name, name=on|yes|true|1 → true; no-name, name=off|no|false|0 → false; else the default. */
bool cmdline_bool(const char *name, bool absent);
/* Numbers, decimal or 0x…; sizes with K, M, G suffix, in bytes. A bad one: warning and default. */
u64 cmdline_number(const char *name, u64 absent);
u64 cmdline_size(const char *name, u64 absent);

/* End of boot: warn about each word that nobody asked for. */
void cmdline_report_unknown(void);
#else
static const char cmdline_whole[] = "";

static inline void cmdline_init(const char *text)
{
	(void)text;
}

static inline const char *cmdline_get(const char *name)
{
	(void)name;
	return NULL;
}

static inline bool cmdline_bool(const char *name, bool absent)
{
	(void)name;
	return absent;
}

static inline u64 cmdline_number(const char *name, u64 absent)
{
	(void)name;
	return absent;
}

static inline u64 cmdline_size(const char *name, u64 absent)
{
	(void)name;
	return absent;
}

static inline void cmdline_report_unknown(void)
{
}
#endif

#endif
