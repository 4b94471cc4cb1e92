/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh monitor: the background process of a domain. It sleeps until the domain
 * changes state or talks to its store, and carries out what on_poweroff,
 * on_reboot, on_crash and on_watchdog say. bh create starts it; "bh monitor
 * --all" starts the missing ones after a restart of Dom0.
 *
 * For a restart it keeps the text of the configuration as it was when it
 * started, so that a later edit does not change a running system by surprise.
 * The kept console output of a domain that is destroyed goes to
 * /var/log/bulkhead, if that can be written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "console.h"
#include "crash.h"
#include "create.h"
#include "dom.h"
#include "err.h"
#include "event.h"
#include "monitor.h"
#include "record.h"
#include "store.h"
#include "tag.h"
#include "tty.h"

#define LOG_DIR	  "/var/log/bulkhead"
#define MAX_SET	  64
#define GONE_MS	  10000
#define FAST_S	  10 /* a domain that lives shorter is restarted ever more slowly */
#define DELAY_MAX 60
#define LOOK_MS	  1000
#define CRASH_S	  2 /* what a crashing guest is given to finish printing */

struct monitor {
	uint32_t domid;
	char name[BULKHEAD_NAME_LEN];
	char tag[BULKHEAD_TAG_MAX + 1];
	char *text; /* configuration, NULL = not readable */
	struct event ev;
	int sock;
	struct store *store; /* NULL: xenstored serves it */
	struct tty *tty;     /* where xl looks for its console; else NULL */
	uint32_t vcpus, max_vcpus;
	uint32_t nr_restarts; /* by the hypervisor, that the store knows of */
	bool is_polling;
	struct crash crash;
	time_t crashed;	    /* when its console said so; 0 = it has not */
	time_t since;	    /* CLOCK_MONOTONIC, s */
	unsigned int delay; /* before the next restart, s */
};

static time_t monitor_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Whether the domain has stopped; *why says how. Dying or gone counts as "gone". */
enum life {
	LIFE_RUNS,
	LIFE_STOPPED,
	LIFE_GONE
};

static enum life monitor_look(const struct monitor *m, uint32_t *reason)
{
	struct xen_domctl_getdomaininfo info;

	if (hyp_dom_info(m->domid, &info) || (info.flags & XEN_DOMINF_dying)) {
		return LIFE_GONE;
	}
	*reason = m->crashed ? SHUTDOWN_crash : dom_shutdown_reason(&info);
	if ((info.flags & XEN_DOMINF_shutdown) ||
	    (m->crashed && monitor_now() - m->crashed >= CRASH_S)) {
		return LIFE_STOPPED;
	}
	return LIFE_RUNS;
}

/* ---- adopting a domain ---- */

static void monitor_release(struct monitor *m)
{
	crash_stop(&m->crash);
	m->crashed = 0;
	store_close(m->store);
	m->store = NULL;
	tty_close(m->tty);
	m->tty = NULL;
	if (m->sock >= 0) {
		close(m->sock);
		m->sock = -1;
	}
	event_close(&m->ev);
}

/* Its domain is in the shared store: only the console is left to do. */
static void monitor_open_tty(struct monitor *m)
{
	m->tty = m->tty ? m->tty : tty_open(m->domid);
	if (m->tty) {
		/* Woken when there is output, unless somebody else asks for that. */
		(void)hyp_con_attach(m->domid, BULKHEAD_CONSOLE_pv, (uint32_t)m->ev.port);
	}
}

static void monitor_open_store(struct monitor *m)
{
	m->store = NULL;
	if (record_is(m->domid)) {
		monitor_open_tty(m);
		return;
	}
	m->store = store_open(&m->ev, m->domid, m->name, m->vcpus, m->max_vcpus);
	if (!m->store) {
		err_say(BH_FAILED, "domain %u \"%s\": cannot serve its store", m->domid, m->name);
	}
}

/* Has the hypervisor restarted it? Then it has a new page and a new channel for its store. */
static bool monitor_is_news(struct monitor *m)
{
	struct bulkhead_health h = { .state = 0 };
	uint32_t before = m->nr_restarts;

	if (hyp_health_get(m->domid, &h) == 0) {
		m->nr_restarts = h.nr_warm + h.nr_cold;
	}
	return m->nr_restarts != before;
}

/* Connects to m->domid. 0, or an explained enum bh_exit. */
static int monitor_adopt(struct monitor *m)
{
	struct xen_domctl_getdomaininfo info;
	uint64_t vcpus;
	char text[TEXT_FIND_MAX];
	int rc;

	m->sock = monitor_listen(m->domid);
	if (m->sock < 0) {
		return err_sys(m->sock, "domain %u: cannot monitor it\nis there another monitor?",
			       m->domid);
	}
	rc = event_open(&m->ev);
	if (rc) {
		return rc;
	}
	rc = hyp_watch(m->domid, (uint32_t)m->ev.port);
	/* The number of watches is limited; without one the domain is looked at every second. */
	m->is_polling = rc == -ENOSPC;
	if (rc && !m->is_polling) {
		return err_sys(rc, "domain %u: cannot watch it", m->domid);
	}
	rc = hyp_dom_info(m->domid, &info);
	if (rc) {
		return err_sys(rc, "domain %u", m->domid);
	}
	dom_name(m->domid, m->name);
	hyp_tag_get(m->domid, m->tag);
	if (!tag_get(m->tag, "vcpus", 0, text, sizeof(text)) || !text_u64(text, 4096, &vcpus)) {
		vcpus = info.max_vcpu_id + 1;
	}
	m->since = monitor_now();
	if (tag_get(m->tag, "crash_text", 0, text, sizeof(text))) {
		crash_start(&m->crash, m->domid, text);
	}
	m->vcpus = (uint32_t)vcpus;
	m->max_vcpus = info.max_vcpu_id + 1;
	monitor_is_news(m);
	monitor_open_store(m);
	return BH_OK;
}

static void monitor_read_config(struct monitor *m)
{
	char path[1024];
	char digest[32];

	if (tag_get(m->tag, "cwd", 0, path, sizeof(path)) && chdir(path)) {
		err_sys(errno, "domain %u: directory %s", m->domid, path);
	}
	if (tag_get(m->tag, "config", 0, path, sizeof(path)) && path[0]) {
		m->text = cfg_read(path);
	}
	snprintf(digest, sizeof(digest), "%016llx",
		 m->text ? (unsigned long long)text_hash(m->text, strlen(m->text)) : 0);
	if (m->text && tag_get(m->tag, "digest", 0, path, sizeof(path)) && strcmp(path, digest)) {
		err_say(BH_OK,
			"domain %u \"%s\": its configuration has changed since it was created; "
			"a restart will use the new one",
			m->domid, m->name);
	}
}

/* ---- what to do when it has stopped ---- */

static enum action monitor_action(const struct monitor *m, uint32_t reason)
{
	static const enum stop stops[] = {
		[SHUTDOWN_poweroff] = STOP_POWEROFF,
		[SHUTDOWN_reboot] = STOP_REBOOT,
		[SHUTDOWN_crash] = STOP_CRASH,
		[SHUTDOWN_watchdog] = STOP_WATCHDOG,
	};
	char key[32];
	char value[32];
	enum action a;

	/* Suspended domains are kept: nobody but the user knows why. */
	if (reason == SHUTDOWN_suspend) {
		return ACTION_PRESERVE;
	}
	snprintf(key, sizeof(key), "on_%s",
		 stop_name(reason < sizeof(stops) / sizeof(stops[0]) ? stops[reason] : STOP_CRASH));
	if (!tag_get(m->tag, key, 0, value, sizeof(value))) {
		return ACTION_PRESERVE;
	}
	a = action_parse(value);
	return a == NR_ACTIONS ? ACTION_PRESERVE : a;
}

static void monitor_save_console(const struct monitor *m)
{
	static const char *const streams[] = { "pv", "serial" };
	char path[256];

	mkdir("/var", 0755);
	mkdir("/var/log", 0755);
	mkdir(LOG_DIR, 0755);
	for (uint32_t i = 0; i < 2; i++) {
		int fd;

		snprintf(path, sizeof(path), LOG_DIR "/%s.%s.log", m->name, streams[i]);
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd >= 0) {
			console_dump(m->domid, i, fd);
			if (lseek(fd, 0, SEEK_END) == 0) {
				unlink(path);
			}
			close(fd);
		}
	}
}

static int monitor_destroy(struct monitor *m)
{
	int rc;

	monitor_save_console(m);
	monitor_release(m);
	rc = dom_destroy(m->domid);
	if (rc == 0 && !dom_wait_gone(m->domid, GONE_MS)) {
		rc = -EBUSY;
	}
	return rc ? err_sys(rc, "domain %u \"%s\": cannot destroy it", m->domid, m->name) : BH_OK;
}

/* A crash loop must not take the machine's time: wait longer each time. */
static void monitor_brake(struct monitor *m)
{
	if (monitor_now() - m->since >= FAST_S) {
		m->delay = 0;
		return;
	}
	if (m->delay) {
		err_say(BH_FAILED, "domain \"%s\" did not live for %d s: restart in %u s", m->name,
			FAST_S, m->delay);
		sleep(m->delay);
	}
	m->delay = m->delay ? (m->delay * 2 < DELAY_MAX ? m->delay * 2 : DELAY_MAX) : 1;
}

static int monitor_create(struct monitor *m)
{
	char *set[MAX_SET];
	char path[1024] = "";
	char value[1024];
	struct cfg *c;
	int nr = 0;
	int rc = BH_CONFIG;

	while (nr < MAX_SET && tag_get(m->tag, "set", (unsigned int)nr, value, sizeof(value))) {
		set[nr++] = strdup(value);
	}
	tag_get(m->tag, "config", 0, path, sizeof(path));
	c = m->text ? cfg_parse(path, m->text, set, nr, create_nr_cpus()) : NULL;
	if (c) {
		rc = create_domain(c, set, nr, &m->domid);
	}
	cfg_free(c);
	while (nr > 0) {
		free(set[--nr]);
	}
	return rc;
}

static int monitor_restart(struct monitor *m, bool keep_old)
{
	int rc = BH_OK;

	if (!m->text) {
		return err_say(BH_CONFIG,
			       "domain \"%s\": cannot restart it without its configuration\n"
			       "create it again by hand",
			       m->name);
	}
	if (keep_old) {
		char name[BULKHEAD_NAME_LEN];

		snprintf(name, sizeof(name), "%.50s-%u", m->name, m->domid);
		monitor_release(m);
		rc = hyp_name_set(m->domid, name);
		rc = rc ? err_sys(rc, "domain %u: cannot rename it to %s", m->domid, name) : BH_OK;
	} else {
		rc = monitor_destroy(m);
	}
	if (rc) {
		return rc;
	}
	monitor_brake(m);
	rc = monitor_create(m);
	if (rc == BH_OK) {
		rc = monitor_adopt(m);
	}
	if (rc == BH_OK) {
		rc = hyp_dom_simple(m->domid, XEN_DOMCTL_unpausedomain);
		rc = rc ? err_sys(rc, "domain %u: cannot start it", m->domid) : BH_OK;
	}
	return rc;
}

/* Carries out the action. true = go on with a new domain. */
static bool monitor_stopped(struct monitor *m, uint32_t reason)
{
	enum action a = monitor_action(m, reason);

	/* Not an error, but the log is where one looks for it. */
	err_say(BH_OK, "domain %u \"%s\" has stopped (%s): %s", m->domid, m->name,
		dom_shutdown_name(reason), action_name(a));
	if (m->crashed) {
		/* It only said so: it must not go on running. */
		hyp_dom_simple(m->domid, XEN_DOMCTL_pausedomain);
	}
	switch (a) {
	case ACTION_DESTROY:
		monitor_destroy(m);
		return false;
	case ACTION_RESTART:
	case ACTION_RENAME_RESTART:
		return monitor_restart(m, a == ACTION_RENAME_RESTART) == BH_OK;
	default:
		return false;
	}
}

/* ---- the loop ---- */

static void monitor_wait(struct monitor *m)
{
	struct pollfd p[3] = {
		{ .fd = m->ev.fd, .events = POLLIN },
		{ .fd = m->sock, .events = POLLIN },
		tty_poll(m->tty),
	};
	bool is_timed = m->crash.text[0] || m->is_polling || m->tty;
	int port;

	if (poll(p, 3, is_timed ? LOOK_MS : -1) < 0) {
		return;
	}
	while ((port = event_take(&m->ev)) >= 0) {
		if (m->store && port == store_port(m->store)) {
			store_serve(m->store);
		}
	}
	tty_serve(m->tty);
	if (p[1].revents & POLLIN) {
		monitor_answer(m->sock, m->store);
	}
	if (!m->crashed && crash_look(&m->crash)) {
		m->crashed = monitor_now();
	}
}

static int monitor_run(uint32_t domid)
{
	struct monitor m = { .domid = domid, .sock = -1 };
	uint32_t reason = 0;
	int rc = monitor_adopt(&m);
	bool go_on = rc == BH_OK;

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NAME, "bh-monitor");
	if (go_on) {
		monitor_read_config(&m);
	}
	while (go_on) {
		enum life life = monitor_look(&m, &reason);

		if (monitor_is_news(&m)) {
			if (record_is(m.domid)) {
				record_introduce(m.domid);
			}
			store_close(m.store);
			monitor_open_store(&m);
		}
		if (life == LIFE_RUNS) {
			monitor_wait(&m);
		} else if (life == LIFE_STOPPED) {
			go_on = monitor_stopped(&m, reason);
		} else {
			/* Whoever ended it may not know of its record. */
			record_remove(m.domid);
			go_on = false;
		}
	}
	monitor_release(&m);
	free(m.text);
	return rc;
}

/* Starts the monitors that are missing. */
static int monitor_all(void)
{
	struct xen_domctl_getdomaininfo *list;
	char tag[BULKHEAD_TAG_MAX + 1];
	int nr = hyp_dom_list(&list);
	int rc = BH_OK;

	if (nr < 0) {
		return err_sys(nr, "cannot list the domains");
	}
	for (int i = 0; i < nr; i++) {
		uint32_t domid = list[i].domain;
		int fd = monitor_connect(domid);

		if (fd >= 0) {
			close(fd);
		} else if (hyp_tag_get(domid, tag) > 0 && !strncmp(tag, "bh=", 3)) {
			int err = create_monitor(domid);

			rc = err ? err_sys(err, "cannot start the monitor of domain %u", domid)
				 : rc;
			printf("domain %u: monitor started\n", domid);
		}
	}
	free(list);
	return rc;
}

static int monitor_cmd(const struct args *a)
{
	uint32_t domid;
	int rc;

	if (args_has(a, 'a')) {
		return monitor_all();
	}
	if (a->argc == 0) {
		return err_say(BH_USAGE, "monitor: which domain?\nname one, or write --all");
	}
	rc = dom_find_guest(a->argv[0], "monitor", &domid);
	return rc ? rc : monitor_run(domid);
}

static const struct opt monitor_opts[] = {
	{ 'a', "all", NULL, "start the monitors that are missing, after a restart of Dom0" },
	{ 0 },
};

const struct cmd cmd_monitor = {
	.name = "monitor",
	.usage = "[DOMAIN]",
	.summary = "carry out the on_* actions of a domain (bh create starts it)",
	.opts = monitor_opts,
	.max = 1,
	.flags = CMD_HIDDEN,
	.run = monitor_cmd,
};
