/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh console: a domain's console on this terminal, or its kept text.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "console.h"
#include "dom.h"
#include "err.h"
#include "record.h"
#include "tty.h"
#include "xstore.h"

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

/* xenconsoled serves the console of a domain that bh has not created. */
static int console_of_xl(const struct args *a, uint32_t domid, const char *tty)
{
	if (args_has(a, 'd')) {
		return err_say(BH_FAILED,
			       "xenconsoled serves the console of domain %u and keeps no output\n"
			       "its log, when it has one, is in /var/log/xen/console",
			       domid);
	}
	return tty_attach(domid, tty);
}

/* xenconsoled notices a new domain in its own time. NULL: it is none of its domains. */
static char *console_find_tty(uint32_t domid)
{
	struct timespec tenth = { .tv_nsec = 100000000 };
	char *tty = NULL;

	for (int i = 0; i < 50 && record_is(domid); i++) {
		tty = xstore_read("/local/domain/%u/console/tty", domid);
		if (tty && tty[0]) {
			return tty;
		}
		free(tty);
		tty = NULL;
		nanosleep(&tenth, NULL);
	}
	return tty;
}

static int console_cmd(const struct args *a)
{
	uint32_t domid;
	uint32_t which;
	char tag[BULKHEAD_TAG_MAX + 1];
	char *tty = NULL;
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
	if (which == CONSOLE_AUTO && hyp_tag_get(domid, tag) <= 0) {
		tty = console_find_tty(domid);
	}
	if (tty) {
		rc = console_of_xl(a, domid, tty);
		free(tty);
		return rc;
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
