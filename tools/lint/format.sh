#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Formats the project's C with clang-format, or with --check reports what it would change.
#
#     tools/lint/format.sh [--check | --fix] [FILE...]
#
# Without files: every .c and .h that belongs to the project. Exit code 1 with --check when a file
# would change.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Each version breaks some lines differently: this one decides. Debian 12 and 13 both have it.
tool=clang-format-19
mode=(-i)
if [ "${1:-}" = --check ]; then
    mode=(--dry-run -Werror --ferror-limit=5)
    shift
elif [ "${1:-}" = --fix ]; then
    shift
fi
if ! command -v "$tool" >/dev/null; then
    echo "format: $tool is missing; install the package $tool" >&2
    exit 1
fi

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
    mapfile -t files < <(git ls-files --cached --others --exclude-standard -- '*.c' '*.h' |
        while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
fi
[ ${#files[@]} -gt 0 ] || exit 0
"$tool" "${mode[@]}" "${files[@]}"
[ "${mode[0]}" = -i ] || echo "format: ${#files[@]} files are formatted"
