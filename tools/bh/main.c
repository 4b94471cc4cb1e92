/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh: entry point, the table of commands, and everything derived from it: the
 * parsing of options, "bh help", "bh COMMAND --help" and "bh help --complete"
 * for shell completion.
 *
 * Options may stand before or after positional arguments, as getopt_long does
 * it. --help and, for commands that list something, --json are added to every
 * command here.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "cmd.h"
#include "err.h"
#include "hyp.h"
#include "text.h"

static int help_run(const struct args *a);

static const struct opt help_opts[] = {
	{ 'k', "keys", NULL, "list the keys of a configuration file" },
	{ 'C', "complete", NULL, "list commands (or, with COMMAND, its options), one per line" },
	{ 0 },
};

static const struct cmd cmd_help = {
	.name = "help",
	.usage = "[COMMAND]",
	.summary = "explain a command",
	.opts = help_opts,
	.max = 1,
	.flags = CMD_OFFLINE,
	.run = help_run,
};

const struct cmd *const cmd_table[] = {
	&cmd_setup,
	&cmd_create,
	&cmd_list,
	&cmd_console,
	&cmd_pause,
	&cmd_unpause,
	&cmd_shutdown,
	&cmd_reboot,
	&cmd_destroy,
	&cmd_rename,
	&cmd_domid,
	&cmd_domname,
	&cmd_vcpu_list,
	&cmd_vcpu_pin,
	&cmd_vcpu_set,
	&cmd_mem_set,
	&cmd_block_list,
	&cmd_block_attach,
	&cmd_block_detach,
	&cmd_net_list,
	&cmd_net_attach,
	&cmd_net_detach,
	&cmd_mem_max,
	&cmd_sched_credit,
	&cmd_sched_rtds,
	&cmd_sched_arinc653,
	&cmd_pool_list,
	&cmd_pool_create,
	&cmd_pool_destroy,
	&cmd_pool_cpu_add,
	&cmd_pool_cpu_remove,
	&cmd_pool_migrate,
	&cmd_info,
	&cmd_top,
	&cmd_throttle,
	&cmd_health,
	&cmd_latency,
	&cmd_trace,
	&cmd_uptime,
	&cmd_dmesg,
	&cmd_debug_keys,
	&cmd_bounds,
	&cmd_check,
	&cmd_monitor,
	&cmd_help,
	NULL,
};

static const struct opt common_opts[] = {
	{ 'h', "help", NULL, "show this text" },
	{ 'j', "json", NULL, "print JSON instead of a table" },
	{ 0 },
};

/* Calls @fn for each option of @cmd, the common ones last. */
static void opts_each(const struct cmd *cmd, void (*fn)(const struct opt *, void *), void *arg)
{
	for (const struct opt *o = cmd->opts; o && o->key; o++) {
		fn(o, arg);
	}
	for (const struct opt *o = common_opts; o->key; o++) {
		if (o->key != 'j' || (cmd->flags & CMD_JSON)) {
			fn(o, arg);
		}
	}
}

static void help_option(const struct opt *o, void *arg)
{
	char left[64];

	(void)arg;
	snprintf(left, sizeof(left), "-%c, --%s%s%s", o->key, o->name, o->arg ? " " : "",
		 o->arg ? o->arg : "");
	printf("  %-26s %s\n", left, o->help);
}

static void help_complete_option(const struct opt *o, void *arg)
{
	(void)arg;
	printf("--%s\n-%c\n", o->name, o->key);
}

static void help_command(const struct cmd *cmd)
{
	printf("bh %s %s%s%s\n", cmd->name,
	       cmd->opts || (cmd->flags & CMD_JSON) ? "[OPTION]... " : "",
	       cmd->usage ? cmd->usage : "", cmd->usage ? "" : "");
	printf("    %s\n\nOptions:\n", cmd->summary);
	opts_each(cmd, help_option, NULL);
	if (cmd->help) {
		printf("\n%s", cmd->help);
	}
}

static void help_overview(void)
{
	puts("bh COMMAND [OPTION]... [ARGUMENT]...\n"
	     "    manage the domains of a machine that runs Bulkhead\n");
	for (const struct cmd *const *c = cmd_table; *c; c++) {
		if (!((*c)->flags & CMD_HIDDEN)) {
			printf("  %-18s %s\n", (*c)->name, (*c)->summary);
		}
	}
	puts("\n\"bh COMMAND --help\" explains a command, \"bh help --keys\" lists the keys of a\n"
	     "configuration file. DOMAIN is a name or a number. Exit codes: 0 done, 1 refused,\n"
	     "2 usage, 3 configuration, 4 no such domain, 5 no hypervisor, 6 timeout.");
}

static const struct cmd *cmd_lookup(const char *name)
{
	for (const struct cmd *const *c = cmd_table; *c; c++) {
		if (!strcmp((*c)->name, name)) {
			return *c;
		}
	}
	return NULL;
}

static int cmd_unknown(const char *name)
{
	const char *near = NULL;
	unsigned int best = 4;

	for (const struct cmd *const *c = cmd_table; *c; c++) {
		unsigned int d = text_distance(name, (*c)->name);

		if (d < best && !((*c)->flags & CMD_HIDDEN)) {
			best = d;
			near = (*c)->name;
		}
	}
	if (near) {
		return err_say(BH_USAGE, "unknown command \"%s\"\ndid you mean \"%s\"?", name,
			       near);
	}
	return err_say(BH_USAGE, "unknown command \"%s\"\n\"bh help\" lists the commands", name);
}

static int help_run(const struct args *a)
{
	const struct cmd *cmd = a->argc ? cmd_lookup(a->argv[0]) : NULL;

	if (args_has(a, 'k')) {
		cfg_print_keys();
		return BH_OK;
	}
	if (a->argc && !cmd) {
		return cmd_unknown(a->argv[0]);
	}
	if (args_has(a, 'C') && cmd) {
		opts_each(cmd, help_complete_option, NULL);
	} else if (args_has(a, 'C')) {
		for (const struct cmd *const *c = cmd_table; *c; c++) {
			if (!((*c)->flags & CMD_HIDDEN)) {
				puts((*c)->name);
			}
		}
	} else if (cmd) {
		help_command(cmd);
	} else {
		help_overview();
	}
	return BH_OK;
}

struct opts_build {
	char shorts[64];
	struct option longs[32];
	int nr;
};

static void opts_build_one(const struct opt *o, void *arg)
{
	struct opts_build *b = arg;
	size_t at = strlen(b->shorts);

	snprintf(b->shorts + at, sizeof(b->shorts) - at, "%c%s", o->key, o->arg ? ":" : "");
	b->longs[b->nr++] = (struct option){
		.name = o->name,
		.has_arg = o->arg ? required_argument : no_argument,
		.val = o->key,
	};
}

/* Fills @a from the command line of @cmd; argv[0] is the command's name. */
static int args_parse(const struct cmd *cmd, int argc, char **argv, struct args *a)
{
	struct opts_build b = { .shorts = "" };
	int c;

	opts_each(cmd, opts_build_one, &b);
	opterr = 0;
	while ((c = getopt_long(argc, argv, b.shorts, b.longs, NULL)) != -1) {
		if (c == '?' || c == ':') {
			const char *bad = argv[optind - 1];

			return err_say(BH_USAGE,
				       "%s: bad option or missing argument near \"%s\"\n"
				       "see \"bh %s --help\"",
				       cmd->name, bad, cmd->name);
		}
		a->val[c] = optarg ? optarg : "";
	}
	a->argc = argc - optind;
	a->argv = argv + optind;
	a->json = args_has(a, 'j') && (cmd->flags & CMD_JSON);
	return BH_OK;
}

static int cmd_start(const struct cmd *cmd, int argc, char **argv)
{
	struct args a = { .argc = 0 };
	int rc = args_parse(cmd, argc, argv, &a);

	if (rc) {
		return rc;
	}
	if (args_has(&a, 'h')) {
		help_command(cmd);
		return BH_OK;
	}
	if (a.argc < cmd->min || (cmd->max >= 0 && a.argc > cmd->max)) {
		return err_say(BH_USAGE, "%s: too %s arguments\nusage: bh %s %s", cmd->name,
			       a.argc < cmd->min ? "few" : "many", cmd->name,
			       cmd->usage ? cmd->usage : "");
	}
	if (!(cmd->flags & CMD_OFFLINE)) {
		rc = hyp_open();
		if (rc) {
			return rc;
		}
	}
	return cmd->run(&a);
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;
	int rc;

	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		help_overview();
		return argc < 2 ? BH_USAGE : BH_OK;
	}
	cmd = cmd_lookup(argv[1]);
	if (!cmd) {
		return cmd_unknown(argv[1]);
	}
	rc = cmd_start(cmd, argc - 1, argv + 1);
	if (fflush(stdout)) {
		return err_say(BH_FAILED, "cannot write to standard output\nis the disk full?");
	}
	return rc;
}
