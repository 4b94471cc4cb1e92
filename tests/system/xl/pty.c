/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command on a terminal of its own, as a person would:   pty INPUT COMMAND...
 *
 * INPUT is typed when the command has been silent for a second, a line at a time; then Ctrl-].
 * What the command prints goes to the standard output; its exit status is the program's.
 */
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUIET_MS 1000

int main(int argc, char **argv)
{
	static const char leave[] = "\035";
	const char *typed[] = { argc > 2 ? argv[1] : "", "\n", leave };
	struct pollfd p = { .events = POLLIN };
	unsigned int next = 0;
	char buffer[512];
	int status = 0;
	ssize_t n = 1;
	pid_t child;

	if (argc < 3) {
		fprintf(stderr, "usage: pty INPUT COMMAND...\n");
		return 2;
	}
	child = forkpty(&p.fd, NULL, NULL, NULL);
	if (child < 0) {
		perror("pty");
		return 2;
	}
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (n > 0) {
		if (poll(&p, 1, QUIET_MS) != 0) {
			n = read(p.fd, buffer, sizeof(buffer));
			n = n > 0 ? write(STDOUT_FILENO, buffer, (size_t)n) : n;
		} else if (next < sizeof(typed) / sizeof(typed[0])) {
			n = write(p.fd, typed[next], strlen(typed[next]));
			next++;
		}
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
