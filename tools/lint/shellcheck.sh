#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs shellcheck over every shell script of the project, found by the #! line or the ending.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null; then
    echo "shellcheck: the program is missing; install the package shellcheck" >&2
    exit 1
fi

scripts=()
while read -r file; do
    [ -f "$file" ] || continue
    if [[ $file == *.sh ]] || head -c 64 "$file" | head -n 1 |
        tr -d '\0' | grep -qE '^#!.*\b(ba|da)?sh\b'; then
        scripts+=("$file")
    fi
done < <(git ls-files --cached --others --exclude-standard)

shellcheck --external-sources --severity=warning --exclude=SC1007 "${scripts[@]}"
echo "shellcheck: ${#scripts[@]} scripts are clean"
