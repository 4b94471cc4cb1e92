/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh console: a domain's console on this terminal, or its kept text.
 */
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "console.h"
#include "dom.h"
#include "err.h"

static const struct opt console_opts[] = {
	{ 't', "type", "pv|serial", "PV console, or virtual UART; default: the one in use" },
	{ 'd', "dump", NULL, "print the kept output and leave" },
	{ 0 },
};

static int console_type_arg(const char *s, uint32_t *which)
{
	*which = CONSOLE_AUTO;
	if (!s) {
		return BH_OK;
	}
	if (!strcmp(s, "pv")) {
		*which = BULKHEAD_CONSOLE_pv;
	} else if (!strcmp(s, "serial") || !strcmp(s, "vuart")) {
		*which = BULKHEAD_CONSOLE_vuart;
	} else {
		return err_say(BH_USAGE,
			       "console: type \"%s\" is not known\nwrite -t pv or -t serial", s);
	}
	return BH_OK;
}

static int console_cmd(const struct args *a)
{
	uint32_t domid;
	uint32_t which;
	int rc = console_type_arg(args_val(a, 't'), &which);

	if (rc == BH_OK) {
		rc = dom_find(a->argv[0], &domid);
	}
	if (rc) {
		return rc;
	}
	if (domid == 0) {
		return err_say(
			BH_FAILED,
			"Domain-0's console is this machine's serial line\n\"bh dmesg\" shows "
			"the hypervisor's log");
	}
	if (!args_has(a, 'd')) {
		return console_run(domid, which);
	}
	rc = console_dump(domid, console_pick(domid, which), STDOUT_FILENO);
	return rc ? err_sys(rc, "cannot read the console of domain %u", domid) : BH_OK;
}

const struct cmd cmd_console = {
	.name = "console",
	.usage = "DOMAIN",
	.summary = "connect to a domain's console",
	.help = "The last 64 KiB of output are kept, attached or not, and shown first.\n"
		"Ctrl-] leaves the console; the domain runs on.\n",
	.opts = console_opts,
	.min = 1,
	.max = 1,
	.run = console_cmd,
};
