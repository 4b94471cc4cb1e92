#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs shellcheck on the shell scripts of the project: files that begin with #!…sh.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null; then
	echo "shellcheck is missing; install what is needed with: make host" >&2
	exit 1
fi
scripts=()
while read -r file; do
	if [ -f "$file" ] && head -c 64 "$file" | head -n 1 | grep -qaE '^#!.*[/ ](ba)?sh$'; then
		scripts+=("$file")
	fi
done < <(git ls-files --cached --others --exclude-standard)
[ ${#scripts[@]} -gt 0 ] || exit 0
shellcheck --external-sources --source-path=SCRIPTDIR/../.. "${scripts[@]}"
echo "shellcheck: ${#scripts[@]} scripts are clean"
