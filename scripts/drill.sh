#!/usr/bin/env bash
# Breaks a running twin again and again, on a private broker, and counts what it cost.
#
#   drill.sh kill|points|edge|redis|resume [--cycles N] [--seed S] [--json]
#   drill.sh disk|broker [--json]
#   drill.sh overload [--seconds N] [--json]
#
# kill: imports the real log through RabbitMQ and kills the twin (kill -9) N times at moments that
# the seed chooses; only kills that hit a running import count. Prints what was lost (events
# without an effect), applied twice, and whether the end is that of an undisturbed import. Ends
# with 1 when a promise is broken. Needs the data folder (TWIN_DATA, or ../shared/data).
# points: ends the process N times at the commit points, each in its turn, while duplicates,
# shuffled, refused and corrupt messages come in; "fired" counts the kills of each point.
# edge: breaks N times an edge (kill -9, and ends at its points), its link (cut, down, silent) and
# the central broker (kill -9) in turn, while systems of the plant send over HTTP, AMQP and from
# files; "fired" counts the faults of each kind that were met, "arrived_again" what the central
# broker got more than once.
# redis: kills, fills, empties, fails over and stops N times the Redis that a copy of the plant is kept
# in, while the load generator sends as fast as it can; "ratio" is the rate of events meanwhile, until
# the copy follows again, of that without a fault between, "content_equal" whether Redis is afterwards
# as the twin, and as a copy that is written anew. Ends with 1 when the ratio of 20 faults or more is
# below 0.9. Needs redis-server.
# resume: cuts subscribers of the change stream off N times, over server-sent events and WebSockets
# in turn, half of the times by killing the twin (kill -9), while events come in; after each cut what
# the subscriber knows is compared with the twin's lists.
# disk: fills a file system of 4 MB (of its own, which needs unshare) under a serving twin, and
# gives it room again; "back_ms" is until the event that waited is confirmed.
# broker: kills RabbitMQ under load and starts it again, and lets it run out of disk; "noticed_ms"
# is until /ready says it, "back_ms" until all goes on.
# overload: holds a serving twin up until it takes a tenth of what it could, and publishes ten times
# of that for N seconds (600): its memory before and meanwhile, what waited at the broker, and what
# was lost or applied twice when all has come through, which takes some minutes more.
set -euo pipefail

usage() {
    echo "usage: drill.sh kill|points|edge|redis|resume [--cycles N] [--seed S] [--json] | disk|broker [--json] |" \
        "overload [--seconds N] [--json]" >&2
    exit 2
}

case ${1:-} in
    kill) tests=kill_in_import name=kill ;;
    points) tests=kill_points::a_process name=kill_points ;;
    edge) tests=edge_drill::a_link name=edge ;;
    redis) tests=redis_drill::a_redis name=redis broker=no ;;
    resume) tests=resume_drill:: name=resume broker=no ;;
    disk) tests=disk:: name=disk counted=no ;;
    broker) target=broker_drill tests=a_broker_ name='broker_[a-z]*' counted=no ;;
    overload) target=broker_drill tests=overload:: name=overload counted=no timed=yes ;;
    *) usage ;;
esac
shift
cycles=100 seed=$((RANDOM + 1)) json=no
while (($# > 0)); do
    case $1 in
        --cycles | --seed)
            [[ -z ${counted:-} && ${2:-} =~ ^[1-9][0-9]{0,17}$ ]] || usage
            if [[ $1 == --cycles ]]; then cycles=$2; else seed=$2; fi
            shift 2
            ;;
        --seconds)
            [[ -n ${timed:-} && ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || usage
            export TWIN_OVERLOAD_S=$2
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

run=(cargo test --quiet --locked --workspace --all-features --test "${target:-whole_twin}" --
    --nocapture "$tests")
if [[ $name == disk ]]; then
    cargo test --quiet --locked --workspace --all-features --test whole_twin --no-run
    mkdir "$work/small"
    mount='mount -t tmpfs -o size=4m tmpfs "$TWIN_SMALL_DISK" && exec "$@"'
    run=(env "TWIN_SMALL_DISK=$work/small" unshare --map-root-user --mount
        bash -c "$mount" small "${run[@]}")
else
    if [[ -z ${broker:-} ]]; then
        scripts/rabbitmq.sh start "$work/rabbitmq" >/dev/null
        TWIN_TEST_AMQP=$(<"$work/rabbitmq/url")
        export TWIN_TEST_AMQP
    fi
    TWIN_DATA=${TWIN_DATA:-$root/../shared/data}
    export TWIN_DATA TWIN_KILLS=$cycles TWIN_KILL_SEED=$seed
    [[ $json == yes || -n ${counted:-} ]] || echo "$cycles faults with seed $seed, one every second to one every four" >&2
fi

status=0
"${run[@]}" >"$work/log" 2>&1 || status=$?
# A line of ours may stand behind the dots of a quiet test run.
report=$(grep -o "{.*\"name\":\"$name\".*" "$work/log" || true)
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
