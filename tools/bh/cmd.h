/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command of bh is: one row that main.c uses to parse its arguments, to
 * print its help and to feed shell completion. A command never parses options
 * itself.
 */
#ifndef BH_CMD_H
#define BH_CMD_H

#include <stdbool.h>

struct opt {
	char key;	  /* short option, also the index for args_val() */
	const char *name; /* long option */
	const char *arg;  /* name of its argument, NULL = none */
	const char *help;
};

struct args {
	const char *val[128]; /* by option key; "" for a set option without argument */
	int argc;	      /* positional arguments */
	char **argv;
	bool json; /* --json was given */
};

enum cmd_flags {
	CMD_JSON = 1,	 /* accepts --json */
	CMD_OFFLINE = 2, /* may run where there is no hypervisor */
	CMD_HIDDEN = 4,	 /* not shown in the list of commands */
};

struct cmd {
	const char *name;
	const char *usage;		  /* positional arguments */
	const char *summary;		  /* one line */
	const char *help;		  /* more text, may be NULL */
	const struct opt *opts;		  /* ends with a row whose key is 0; may be NULL */
	int min, max;			  /* number of positional arguments; max < 0 = any */
	unsigned int flags;		  /* CMD_* */
	int (*run)(const struct args *a); /* returns enum bh_exit */
};

static inline bool args_has(const struct args *a, char key)
{
	return a->val[(int)key] != NULL;
}

static inline const char *args_val(const struct args *a, char key)
{
	return a->val[(int)key];
}

extern const struct cmd cmd_create, cmd_monitor;
extern const struct cmd cmd_list, cmd_domid, cmd_domname;
extern const struct cmd cmd_console;
extern const struct cmd cmd_pause, cmd_unpause, cmd_shutdown, cmd_reboot, cmd_destroy, cmd_rename;
extern const struct cmd cmd_vcpu_list, cmd_vcpu_pin, cmd_vcpu_set;
extern const struct cmd cmd_mem_set, cmd_mem_max, cmd_sched_credit;
extern const struct cmd cmd_info, cmd_dmesg, cmd_uptime, cmd_debug_keys, cmd_bounds;
extern const struct cmd cmd_sched_rtds, cmd_sched_arinc653;
extern const struct cmd cmd_pool_create, cmd_pool_list, cmd_pool_destroy, cmd_pool_cpu_add;
extern const struct cmd cmd_pool_cpu_remove, cmd_pool_migrate;
extern const struct cmd cmd_setup;
extern const struct cmd cmd_block_list, cmd_block_attach, cmd_block_detach;
extern const struct cmd cmd_net_list, cmd_net_attach, cmd_net_detach;
extern const struct cmd cmd_top, cmd_check, cmd_latency, cmd_trace, cmd_throttle, cmd_health;

/* The table of all commands, for "help": ends with NULL. */
extern const struct cmd *const cmd_table[];

#endif
