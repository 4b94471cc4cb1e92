# SPDX-License-Identifier: Apache-2.0
# Shell helpers shared by the scripts in tools/build: messages and the Debian
# mirror.  Sourced, never run.
# shellcheck shell=bash

# The suite whose arm64 packages make the sysroot, and QEMU's oldest usable release.
# shellcheck disable=SC2034
SYSROOT_SUITE=trixie
# shellcheck disable=SC2034
QEMU_MIN=9
# Holds the keys of that suite; apt verifies every index and package with it.
# shellcheck disable=SC2034
SYSROOT_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

say() {
	printf '%s\n' "$*" >&2
}

die() {
	printf 'error: %s\n' "$1" >&2
	shift
	for line in "$@"; do
		printf '       %s\n' "$line" >&2
	done
	exit 1
}

# The host's release: sets OS_ID and OS_CODENAME ("" when unknown).
host_release() {
	OS_ID=unknown
	OS_CODENAME=
	if [ -r /etc/os-release ]; then
		OS_ID=$(. /etc/os-release && printf '%s' "${ID:-unknown}")
		OS_CODENAME=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	fi
}

# Lines "uri release components" of the Debian archives that the host's own
# apt is configured with; other vendors' archives are left out, since their
# releases carry other names.
host_archives() {
	# shellcheck disable=SC2016
	apt-get indextargets --no-release-info --format \
		'$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
		awk -v c="$OS_CODENAME" '
			$3 == "main" && ($2 == c || $2 == c "-updates" ||
				$2 == c "-security" || $2 == "stable" ||
				$2 == "stable-updates" || $2 == "stable-security") &&
			!seen[$0]++'
}

# The mirror of the main archive: DEBIAN_MIRROR if set, else what apt uses.
debian_mirror() {
	if [ -n "${DEBIAN_MIRROR:-}" ]; then
		printf '%s\n' "$DEBIAN_MIRROR"
		return
	fi
	host_archives | awk -v c="$OS_CODENAME" '$2 == c || $2 == "stable" { print $1; exit }'
}
