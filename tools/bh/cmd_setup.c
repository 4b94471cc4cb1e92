/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bh setup: what Dom0 needs for domains, in the order in which it is needed:
 * the kernel's modules, xenfs, directories, and the daemons of Xen's
 * toolstack. Each step says whether it was there, was brought up, or what is
 * missing; one that is missing does not stop those that do not need it.
 *
 * Without the daemons bh creates domains that have no paravirtual devices; so
 * only what that takes decides about the exit code, unless --all is given.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "err.h"
#include "out.h"
#include "xstore.h"

#define ANSWER_MS 10000

extern char **environ;

enum state {
	STATE_READY,   /* it was there */
	STATE_STARTED, /* it is now */
	STATE_MISSING, /* it is not, and what it is made of is not installed */
	STATE_FAILED,  /* it is not, although it was tried */
};

struct step {
	const char *kind;
	const char *name;
	bool is_vital; /* bh can create no domain without */
	const char *remedy;
	const char *what_for;
	bool (*is_there)(const struct step *s);
	enum state (*start)(const struct step *s);
};

/* Runs a program, its standard output thrown away, and its complaints. Its exit code, or -errno. */
static int setup_run(const char *const argv[], bool is_quiet)
{
	posix_spawn_file_actions_t fa;
	pid_t pid;
	int status;
	int rc;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
	if (is_quiet) {
		posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	}
	rc = posix_spawnp(&pid, argv[0], &fa, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	if (rc) {
		return -rc;
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			return -errno;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* ---- modules ---- */

static bool module_is_there(const struct step *s)
{
	char path[128];
	size_t n = (size_t)snprintf(path, sizeof(path), "/sys/module/%s", s->name);

	for (size_t i = 12; i < n; i++) {
		path[i] = path[i] == '-' ? '_' : path[i];
	}
	return access(path, F_OK) == 0;
}

static enum state module_start(const struct step *s)
{
	const char *const argv[] = { "modprobe", "-q", s->name, NULL };

	/* One that is built in need not show in /sys. */
	return setup_run(argv, true) == 0 ? STATE_STARTED : STATE_MISSING;
}

/* ---- file systems and directories ---- */

static bool xenfs_is_there(const struct step *s)
{
	(void)s;
	return access("/proc/xen/capabilities", F_OK) == 0;
}

static enum state xenfs_start(const struct step *s)
{
	if (mkdir("/proc/xen", 0755) && errno != EEXIST && errno != ENOENT && errno != EPERM) {
		return STATE_FAILED;
	}
	return mount("xenfs", "/proc/xen", "xenfs", 0, NULL) == 0 && xenfs_is_there(s)
		       ? STATE_STARTED
		       : STATE_FAILED;
}

static const char *const folders[] = {
	"/run/lock",	"/run/xen",	     "/run/xenstored",	   "/var",     "/var/lib",
	"/var/lib/xen", "/var/lib/xen/dump", "/var/lib/xenstored", "/var/log", "/var/log/xen",
};

static bool folders_is_there(const struct step *s)
{
	(void)s;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (access(folders[i], F_OK)) {
			return false;
		}
	}
	return access("/var/run", F_OK) == 0 && access("/var/lock", F_OK) == 0;
}

static enum state folders_start(const struct step *s)
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		mkdir(folders[i], 0755);
	}
	if (access("/var/run", F_OK)) {
		(void)!symlink("/run", "/var/run");
	}
	if (access("/var/lock", F_OK)) {
		(void)!symlink("/run/lock", "/var/lock");
	}
	return folders_is_there(s) ? STATE_STARTED : STATE_FAILED;
}

/* ---- daemons ---- */

/* The path of one of Xen's programs, which Debian keeps in a folder of the version. */
static bool program_find(const char *name, char path[256])
{
	static const char *const places[] = {
		"/usr/lib/xen-*/bin/%s", "/usr/libexec/xen-*/bin/%s",
		"/usr/lib/xen/bin/%s",	 "/usr/local/sbin/%s",
		"/usr/sbin/%s",
	};
	bool found = false;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !found; i++) {
		char pattern[256];
		glob_t g;

		snprintf(pattern, sizeof(pattern), places[i], name);
		if (glob(pattern, 0, NULL, &g) == 0) {
			/* The newest of several. */
			snprintf(path, 256, "%s", g.gl_pathv[g.gl_pathc - 1]);
			found = true;
			globfree(&g);
		}
	}
	return found;
}

static bool comm_is(const char *pid, const char *name)
{
	char path[64];
	char comm[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (!fgets(comm, sizeof(comm), f)) {
			comm[0] = '\0';
		}
		fclose(f);
	}
	comm[strcspn(comm, "\n")] = '\0';
	return !strcmp(comm, name);
}

/* Whether a program runs. The kernel keeps 15 letters of its name. */
static bool daemon_is_there(const struct step *s)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d)) != NULL) {
		found = isdigit((unsigned char)e->d_name[0]) && comm_is(e->d_name, s->name);
	}
	if (d) {
		closedir(d);
	}
	return found;
}

static enum state daemon_start(const struct step *s)
{
	char pid_file[64];
	char path[256];
	const char *const argv[] = { path, "--pid-file", pid_file, NULL };

	snprintf(pid_file, sizeof(pid_file), "/run/xen/%s.pid", s->name);
	if (!program_find(s->name, path)) {
		return STATE_MISSING;
	}
	setenv("XENSTORED_ROOTDIR", "/var/lib/xenstored", 0);
	return setup_run(argv, false) == 0 ? STATE_STARTED : STATE_FAILED;
}

static bool store_is_there(const struct step *s)
{
	(void)s;
	return xstore_runs();
}

static enum state store_start(const struct step *s)
{
	struct timespec tenth = { .tv_nsec = 100000000 };
	enum state state = daemon_start(s);

	for (int t = 0; t < ANSWER_MS && state == STATE_STARTED && !xstore_runs(); t += 100) {
		nanosleep(&tenth, NULL);
	}
	return state == STATE_STARTED && !xstore_runs() ? STATE_FAILED : state;
}

static bool dom0_is_there(const struct step *s)
{
	char *name = xstore_read("/local/domain/0/name");
	bool is = name != NULL;

	(void)s;
	free(name);
	return is;
}

static enum state dom0_start(const struct step *s)
{
	char path[256];
	const char *const argv[] = { path, NULL };

	if (!program_find("xen-init-dom0", path)) {
		return STATE_MISSING;
	}
	return xstore_runs() && setup_run(argv, false) == 0 && dom0_is_there(s) ? STATE_STARTED
										: STATE_FAILED;
}

/* ---- the order ---- */

#define MODULE(name, vital, what_for)                                                              \
	{ "module",    name,                                                                       \
	  vital,       "install the kernel's modules, or build it in",                             \
	  what_for,    module_is_there,                                                            \
	  module_start }
#define XEN_UTILS "apt install xen-utils-4.20"

static const struct step steps[] = {
	MODULE("xen-evtchn", true, "event channels for programs"),
	MODULE("xen-privcmd", true, "hypercalls of programs"),
	MODULE("xenfs", true, "/proc/xen"),
	MODULE("xen-gntdev", false, "xenstored and xenconsoled"),
	MODULE("xen-gntalloc", false, "channels between programs of domains"),
	{ "file system", "/proc/xen", true, "mount -t xenfs xenfs /proc/xen", "finding Dom0",
	  xenfs_is_there, xenfs_start },
	MODULE("loop", false, "disk= with an image file"),
	MODULE("xen-blkback", false, "disk="),
	MODULE("xen-netback", false, "vif="),
	MODULE("bridge", false, "vif="),
	{ "folders", "/run/xen", false, "make /run and /var writable", "the daemons",
	  folders_is_there, folders_start },
	{ "daemon", "xenstored", false, XEN_UTILS, "disk=, vif=, mem-set, xl", store_is_there,
	  store_start },
	{ "record", "Domain-0", false, XEN_UTILS, "xl", dom0_is_there, dom0_start },
	{ "daemon", "xenconsoled", false, XEN_UTILS, "consoles of domains of xl", daemon_is_there,
	  daemon_start },
};

static const struct out_col cols[] = {
	{ "kind", "Kind" },	 { "name", "Name" },	     { "state", "State" },
	{ "needed_for", "For" }, { "remedy", "What to do" }, { NULL, NULL },
};

static const char *const state_names[] = {
	[STATE_READY] = "ready",
	[STATE_STARTED] = "started",
	[STATE_MISSING] = "missing",
	[STATE_FAILED] = "failed",
};

static bool setup_step(struct out_table *t, const struct step *s, bool is_dry)
{
	enum state state = s->is_there(s) ? STATE_READY : is_dry ? STATE_MISSING : s->start(s);
	bool is_ready = state == STATE_READY || state == STATE_STARTED;

	out_str(t, s->kind);
	out_str(t, s->name);
	out_str(t, state_names[state]);
	out_str(t, s->what_for);
	out_str(t, is_ready ? NULL : is_dry ? "bh setup" : s->remedy);
	return is_ready;
}

static int setup_cmd(const struct args *a)
{
	struct out_table *t;
	unsigned int missing = 0;

	if (access("/sys/hypervisor/type", F_OK)) {
		return err_say(BH_NOHV, "this kernel sees no hypervisor\n"
					"boot it as Dom0 under Bulkhead");
	}
	if (!args_has(a, 'n') && geteuid() != 0) {
		return err_say(BH_NOHV, "only root may set up Dom0\nbecome root, or look: "
					"bh setup --dry-run");
	}
	t = out_new(cols, OUT_TABLE, a->json);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		bool is_ready = setup_step(t, &steps[i], args_has(a, 'n'));

		missing += !is_ready && (steps[i].is_vital || args_has(a, 'a'));
	}
	out_end(t);
	return missing ? BH_FAILED : BH_OK;
}

static const struct opt setup_opts[] = {
	{ 'a', "all", NULL, "fail when anything is missing, not only what every domain needs" },
	{ 'n', "dry-run", NULL, "only look" },
	{ 0 },
};

const struct cmd cmd_setup = {
	.name = "setup",
	.summary = "bring up modules, xenfs and Xen's daemons in Dom0",
	.help = "May be run again at any time: what is there is left alone.\n",
	.opts = setup_opts,
	.flags = CMD_JSON | CMD_OFFLINE,
	.run = setup_cmd,
};
