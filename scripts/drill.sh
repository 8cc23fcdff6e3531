#!/usr/bin/env bash
# Breaks a running twin again and again, on a private broker, and counts what it cost.
#
#   drill.sh kill [--cycles N] [--seed S] [--json]
#
# kill: imports the real log through RabbitMQ and kills the twin (kill -9) N times at moments that
# the seed chooses; only kills that hit a running import count. Prints what was lost (events
# without an effect), applied twice, and whether the end is that of an undisturbed import. Ends
# with 1 when a promise is broken. Needs the data folder (TWIN_DATA, or ../shared/data).
set -euo pipefail

usage() {
    echo "usage: drill.sh kill [--cycles N] [--seed S] [--json]" >&2
    exit 2
}

[[ ${1:-} == kill ]] || usage
shift
cycles=100 seed=$((RANDOM + 1)) json=no
while (($# > 0)); do
    case $1 in
        --cycles | --seed)
            [[ ${2:-} =~ ^[1-9][0-9]{0,17}$ ]] || usage
            if [[ $1 == --cycles ]]; then cycles=$2; else seed=$2; fi
            shift 2
            ;;
        --json)
            json=yes
            shift
            ;;
        *) usage ;;
    esac
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
work=$(mktemp -d "${TMPDIR:-/tmp}/twin-drill.XXXXXX")
finish() {
    local status=$?
    trap - EXIT INT TERM
    [[ ! -d $work/rabbitmq ]] || scripts/rabbitmq.sh stop "$work/rabbitmq" || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

scripts/rabbitmq.sh start "$work/rabbitmq" >/dev/null
TWIN_TEST_AMQP=$(<"$work/rabbitmq/url")
TWIN_DATA=${TWIN_DATA:-$root/../shared/data}
export TWIN_TEST_AMQP TWIN_DATA TWIN_KILLS=$cycles TWIN_KILL_SEED=$seed
[[ $json == yes ]] || echo "$cycles kills with seed $seed, about 6 in 7 seconds" >&2

status=0
cargo test --quiet --locked --test whole_twin --features amqp-tests -- --nocapture \
    kill_in_import >"$work/log" 2>&1 || status=$?
report=$(grep '^{.*"name":"kill"' "$work/log" || true)
if ((status != 0)) || [[ -z $report ]]; then
    tail -n 60 -- "$work/log" >&2
    [[ -z $report ]] || echo "$report"
    exit 1
fi
if [[ $json == yes ]]; then
    echo "$report"
else
    tr -d '{}"' <<<"$report" | tr ',' '\n'
fi
