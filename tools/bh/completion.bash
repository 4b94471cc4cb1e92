# SPDX-License-Identifier: Apache-2.0
# Bash completion for bh: commands and options from bh itself, names of domains, configuration files.
# Source it, or install it as /usr/share/bash-completion/completions/bh.

_bh_domains() {
    bh list 2>/dev/null | sed -n '2,$s/ .*//p'
}

_bh() {
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words=
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(bh help --complete 2>/dev/null)
    elif [[ $word == -* ]]; then
        words=$(bh help --complete "$command" 2>/dev/null | grep '^--')
    else
        case $command in
        create | check | cpupool-create)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            compopt -o filenames 2>/dev/null
            return
            ;;
        block-attach)
            [ "$COMP_CWORD" -gt 2 ] && mapfile -t COMPREPLY < <(compgen -f -- "$word") && return
            words=$(_bh_domains)
            ;;
        help)
            words=$(bh help --complete 2>/dev/null)
            ;;
        cpupool-list | cpupool-destroy | cpupool-cpu-*)
            words=$(bh cpupool-list 2>/dev/null | sed -n '2,$s/ .*//p')
            ;;
        cpupool-migrate)
            words="$(_bh_domains) $(bh cpupool-list 2>/dev/null | sed -n '2,$s/ .*//p')"
            ;;
        setup | info | dmesg | top | debug-keys | bounds) ;;
        trace)
            words="start stop save report"
            if [ "$COMP_CWORD" -eq 3 ]; then
                [ "${COMP_WORDS[2]}" != report ] && mapfile -t COMPREPLY < <(compgen -f -- "$word") && return
                words=$(_bh_domains)
            fi
            ;;
        *)
            words=$(_bh_domains)
            ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _bh bh
