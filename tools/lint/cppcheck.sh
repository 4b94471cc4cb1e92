#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck with its MISRA C:2012 addon over the hypervisor's C, against docs/deviations.md.
#
#     tools/lint/cppcheck.sh [--fast] [--table]
#
# --fast leaves out MISRA, which takes twenty times as long as the rest.
# Results are kept per file in build/lint/, so that a second run looks only at what has changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

reference=2.10
config=build/qemu_virt
cache=build/lint/cppcheck
addon=(--addon=misra)
if [ "${1:-}" = --fast ]; then
    cache=$cache-fast
    addon=()
fi
if ! command -v cppcheck >/dev/null; then
    echo "cppcheck: the program is missing; install the package cppcheck" >&2
    exit 1
fi
make -s -f tools/build/hypervisor.mk "$config/include/generated/autoconf.h"

# list PATTERN...: files of the project that exist
list() {
    git ls-files --cached --others --exclude-standard -- "$@" |
        while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

mapfile -t files < <(list 'common/*.c' 'arch/*.c' 'drivers/*.c' 'xsm/*.c')
mapfile -t headers < <(list 'include/*.h' 'arch/*.h' 'common/*.h' 'drivers/*.h' 'xsm/*.h')
if [ ${#files[@]} -eq 0 ]; then
    echo "cppcheck: no sources"
    exit 0
fi

mkdir -p "$cache"
exec 9>"$cache.lock"
flock 9 # two runs at once would lose findings of each other

# A changed option goes unnoticed by the cache, and a changed header leaves old line numbers in it:
# it is kept per state of both.
state=$(cat tools/lint/cppcheck.sh "$config/include/generated/autoconf.h" "${headers[@]}" |
    sha256sum | cut -c1-16)
if [ "$(cat "$cache/state" 2>/dev/null)" != "$state" ]; then
    rm -f "$cache"/*
    echo "$state" >"$cache/state"
fi

log=$cache/log
# The addon is run by the python3 of the PATH, once per file: Debian's, not a wrapper.
PATH=/usr/bin:$PATH cppcheck -j2 --cppcheck-build-dir="$cache" --quiet --std=c11 --platform=unix64 \
    "${addon[@]}" --enable=warning,style,performance,portability --max-configs=1 --inline-suppr \
    --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
    -D__aarch64__ -D__GNUC__=12 -D__STDC_VERSION__=201112L -D__ORDER_LITTLE_ENDIAN__=1234 \
    -DBULKHEAD_VERSION='"0"' -Iinclude -Iarch/arm64/include -I"$config/include" \
    --include=include/hv/kconfig.h \
    --template='{file}:{line}: {id}: {message}' "${files[@]}" 2>"$log"
version=$(cppcheck --version | grep -oE '[0-9]+\.[0-9]+')
if grep -E 'syntaxError|internalError|cppcheckError|Bailing|^cppcheck: error' "$log"; then
    echo "cppcheck: version $version did not analyse some files" >&2
    # Other versions stumble over sources that the reference reads.
    [ "$version" != "$reference" ] || exit 1
fi
if [ "$version" = "$reference" ]; then
    tools/lint/misra.py "$@" <"$log"
else
    tools/lint/misra.py "$@" <"$log" || echo "cppcheck: this is version $version, the table of" \
        "deviations is for $reference: findings above are for information"
fi
