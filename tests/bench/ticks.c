/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticks: what a command in Dom0 costs. `ticks NAME COMMAND [ARGUMENT...]` runs the command and
 * prints `bench NAME TICKS STATUS`, TICKS of the virtual counter from fork to exit. Under `-icount
 * shift=0` with a counter of 1 GHz a tick is one instruction of whatever level: the command's, its
 * kernel's, the hypervisor's. Time in which the CPU idles counts too, so a command that sleeps
 * looks expensive, never cheap. The command's output goes to /tmp/NAME.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t counter(void)
{
	uint64_t value;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

/* In the child: the output to a file, then the command. */
static void become(const char *name, char **command)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	uint64_t start, end;
	int status = -1;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: ticks NAME COMMAND [ARGUMENT...]\n");
		return 2;
	}
	start = counter();
	child = fork();
	if (child == 0) {
		become(argv[1], argv + 2);
	}
	if (child > 0) {
		waitpid(child, &status, 0);
	}
	end = counter();
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	printf("bench %s %lu %d\n", argv[1], (unsigned long)(end - start), status);
	return status;
}
