#!/usr/bin/env bash
# Every test of the project, with all the set-up that they need, from a fresh clone:
# installs RabbitMQ and Redis from the distribution where they are missing (without starting any
# system service), starts private instances on free loopback ports in a temporary folder, runs all
# tests, and ends exactly what it started, also after a failure.
#
#   scripts/test.sh [ARGS of cargo test ...]
#
# TWIN_DATA          folder with the data of others (default: ../shared/data beside the clone)
# TWIN_WITHOUT_DATA  1: leave out the tests that need it; else they fail where it is missing
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
work=$(mktemp -d "${TMPDIR:-/tmp}/twin-test.XXXXXX")
timings=()

finish() {
    local status=$?
    trap - EXIT INT TERM
    [[ ! -d $work/redis ]] || scripts/redis.sh stop "$work/redis" || true
    [[ ! -d $work/rabbitmq ]] || scripts/rabbitmq.sh stop "$work/rabbitmq" || true
    rm -rf "$work"
    echo
    echo "stage                     seconds"
    printf '%s\n' "${timings[@]}"
    ((status == 0)) && echo "all tests passed" || echo "FAILED (status $status)"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# stage NAME COMMAND...: runs it and notes how long it took.
stage() {
    local name=$1 from=$EPOCHREALTIME status=0
    shift
    echo "== $name"
    "$@" || status=$?
    timings+=("$(printf '%-24s %8.1f' "$name" "$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN {print b - a}')")")
    return "$status"
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi
}

# The packages' install scripts would start their services; a policy of "no" prevents that.
install_packages() {
    local policy=/usr/sbin/policy-rc.d written=no status=0
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
        written=yes
    elif "$policy" rabbitmq-server start >/dev/null 2>&1 || [[ $? -ne 101 ]]; then
        echo "test.sh: $policy lets packages start services; install $* by hand" >&2
        return 1
    fi
    { as_root apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@"; } || status=$?
    [[ $written == no ]] || as_root rm -f "$policy"
    return "$status"
}

packages() {
    local missing=()
    [[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || missing+=(rabbitmq-server)
    command -v redis-server >/dev/null || missing+=(redis-server)
    command -v openssl >/dev/null || missing+=(openssl)
    if ((${#missing[@]} > 0)); then
        echo "installing ${missing[*]}"
        install_packages "${missing[@]}"
    fi
}

stage "packages" packages
stage "start RabbitMQ" scripts/rabbitmq.sh start "$work/rabbitmq"
stage "start Redis" scripts/redis.sh start "$work/redis"

TWIN_TEST_AMQP=$(<"$work/rabbitmq/url")
TWIN_TEST_REDIS=$(<"$work/redis/url")
TWIN_DATA=${TWIN_DATA:-$root/../shared/data}
export TWIN_TEST_AMQP TWIN_TEST_REDIS TWIN_DATA
[[ -d $TWIN_DATA || ${TWIN_WITHOUT_DATA:-} == 1 ]] ||
    echo "no data of others at $TWIN_DATA: tests that need it will fail (docs/testing.md)"

# --all-features, so that no test feature of any crate (amqp-tests, chaos, ...) can be forgotten.
stage "build" cargo test --workspace --all-features --locked --no-run
stage "tests" cargo test --workspace --all-features --locked --no-fail-fast "$@"
