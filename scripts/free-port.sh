#!/usr/bin/env bash
# Prints one TCP port of 127.0.0.1 on which nobody listens.
# Taken from below the range that the kernel hands out to clients (32768 and up), so that an
# outgoing connection cannot grab it between this answer and its use.
set -euo pipefail

readonly PORT_MIN=20000
readonly PORT_COUNT=12000
readonly TRIES_MAX=200

for ((try = 0; try < TRIES_MAX; try++)); do
    port=$((PORT_MIN + (RANDOM * 32768 + RANDOM) % PORT_COUNT))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        echo "$port"
        exit 0
    fi
done
echo "free-port.sh: no free port found in $TRIES_MAX tries" >&2
exit 1
