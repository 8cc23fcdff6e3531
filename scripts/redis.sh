#!/usr/bin/env bash
# A private Redis for tests and drills: its own port and data in DIR.
#
#   redis.sh start DIR   start (or start again on the same port), wait until it answers,
#                        print its URL; leaves DIR/url and DIR/pid
#                        one with DIR/tls/{ca,cert,key}.pem also serves TLS, at the URL in DIR/tls-url
#   redis.sh stop DIR    orderly end
#   redis.sh kill DIR    kill -9; `start DIR` brings it back, empty: nothing here may depend on it
#
# It never touches a Redis that this DIR did not start.
set -euo pipefail

readonly READY_WAIT_S=30
readonly STOP_WAIT_S=10
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/process.sh
source "$here/process.sh"

fail() {
    echo "redis.sh: $*" >&2
    exit 1
}

usage() {
    echo "usage: redis.sh start|stop|kill DIR" >&2
    exit 2
}

answers() {
    local reply
    reply=$( (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'PING\r\n' >&3 &&
        timeout 2 head -c 5 <&3) 2>/dev/null) || return 1
    [[ $reply == +PONG ]]
}

start() {
    command -v redis-server >/dev/null ||
        fail "redis-server is not installed (apt-get install redis-server)"
    [[ -s $dir/port ]] || "$here/free-port.sh" >"$dir/port"
    port=$(<"$dir/port")
    if ! process_lives "$dir/pid"; then
        tls=()
        if [[ -s $dir/tls/cert.pem ]]; then
            [[ -s $dir/tls-port ]] || "$here/free-port.sh" >"$dir/tls-port"
            tls=(--tls-port "$(<"$dir/tls-port")" --tls-auth-clients no
                --tls-ca-cert-file "$dir/tls/ca.pem" --tls-cert-file "$dir/tls/cert.pem"
                --tls-key-file "$dir/tls/key.pem")
            echo "rediss://localhost:$(<"$dir/tls-port")" >"$dir/tls-url"
        fi
        setsid redis-server "${tls[@]}" --port "$port" --bind 127.0.0.1 --protected-mode yes --dir "$dir" \
            --save "" --appendonly no --daemonize no </dev/null >>"$dir/redis.log" 2>&1 &
        note_process "$dir/pid" $!
    fi
    local deadline=$((SECONDS + READY_WAIT_S))
    until answers; do
        if ((SECONDS >= deadline)) || ! process_lives "$dir/pid"; then
            tail -n 20 "$dir/redis.log" >&2 || true
            end_process "$dir/pid" TERM "$STOP_WAIT_S"
            fail "the Redis in $dir did not answer within $READY_WAIT_S s; its log is above"
        fi
        sleep 0.05
    done
    echo "redis://127.0.0.1:$port" | tee "$dir/url"
}

[[ $# -eq 2 ]] || usage
[[ $1 != start ]] || mkdir -p "$2"
[[ -d $2 ]] || fail "there is no folder $2"
dir=$(cd "$2" && pwd)
case $1 in
    start) start ;;
    stop) end_process "$dir/pid" TERM "$STOP_WAIT_S" ;;
    kill) end_process "$dir/pid" KILL "$STOP_WAIT_S" ;;
    *) usage ;;
esac
