#!/usr/bin/env bash
# A private RabbitMQ for tests and drills: its own node, ports, data, cookie and epmd, all in DIR.
#
#   rabbitmq.sh start DIR   start (or start again on the same ports and data), wait until it
#                           answers AMQP, print its URL; leaves DIR/url and DIR/pid. Where
#                           DIR/tls has ca.pem, cert.pem and key.pem it listens for TLS too,
#                           on the port of DIR/tls_url
#   rabbitmq.sh stop DIR    orderly end of the broker and of its epmd
#   rabbitmq.sh kill DIR    kill -9 of the broker only; `start DIR` brings it back
#   rabbitmq.sh ctl DIR ... rabbitmqctl against this broker
#
# It never touches a RabbitMQ that this DIR did not start.
set -euo pipefail

readonly READY_WAIT_S=120
readonly STOP_WAIT_S=30
readonly RABBITMQ_BIN=/usr/lib/rabbitmq/bin
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/process.sh
source "$here/process.sh"

fail() {
    echo "rabbitmq.sh: $*" >&2
    exit 1
}

usage() {
    echo "usage: rabbitmq.sh start|stop|kill DIR, rabbitmq.sh ctl DIR ARGS..." >&2
    exit 2
}

# The same node name, ports and folders at every start in this DIR.
prepare() {
    mkdir -p "$dir/home" "$dir/log" "$dir/data"
    if [[ ! -s $dir/ports ]]; then
        local port="" used=" "
        for name in AMQP TLS DIST EPMD; do
            while port=$("$here/free-port.sh"); [[ $used == *" $port "* ]]; do :; done
            used+="$port "
            echo "${name}_PORT=$port"
        done >"$dir/ports.new"
        echo "NODE=twintest-$$" >>"$dir/ports.new"
        mv "$dir/ports.new" "$dir/ports"
    fi
    # shellcheck disable=SC1091
    source "$dir/ports"
    cat >"$dir/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$AMQP_PORT
loopback_users.guest = true
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = 0.4
log.file.level = warning
CONF
    if [[ -s $dir/tls/key.pem ]]; then
        cat >>"$dir/rabbitmq.conf" <<CONF
listeners.ssl.1 = 127.0.0.1:$TLS_PORT
ssl_options.cacertfile = $dir/tls/ca.pem
ssl_options.certfile = $dir/tls/cert.pem
ssl_options.keyfile = $dir/tls/key.pem
ssl_options.verify = verify_none
CONF
        echo "amqps://guest:guest@localhost:$TLS_PORT/%2f" >"$dir/tls_url"
    fi
    : >"$dir/rabbitmq-env.conf"
    echo "[]." >"$dir/enabled_plugins"
}

environment() {
    unset NOTIFY_SOCKET
    export HOME="$dir/home" LC_ALL=C.UTF-8
    export ERL_EPMD_PORT="$EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_NODENAME="$NODE@localhost"
    export RABBITMQ_NODE_PORT="$AMQP_PORT" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
    export RABBITMQ_DIST_PORT="$DIST_PORT"
    export RABBITMQ_CONF_ENV_FILE="$dir/rabbitmq-env.conf"
    export RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf"
    export RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced.config"
    export RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins"
    export RABBITMQ_MNESIA_BASE="$dir/data" RABBITMQ_LOG_BASE="$dir/log"
    # Its own file, which it takes away early while it ends; ours (DIR/pid) stays until it is gone.
    export RABBITMQ_PID_FILE="$dir/broker.pid"
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    # The start script then becomes the server instead of watching over it: one process to end.
    export RUNNING_UNDER_SYSTEMD=true
}

# An AMQP 0-9-1 server answers the protocol header with a method frame (type 1).
answers() {
    local frame
    frame=$( (exec 3<>"/dev/tcp/127.0.0.1/$AMQP_PORT" &&
        printf 'AMQP\x00\x00\x09\x01' >&3 &&
        timeout 2 head -c 1 <&3 | od -An -tu1) 2>/dev/null) || return 1
    [[ ${frame// /} == 1 ]]
}

start() {
    [[ -x $RABBITMQ_BIN/rabbitmq-server ]] ||
        fail "rabbitmq-server is not installed (apt-get install rabbitmq-server)"
    prepare
    environment
    if ! process_lives "$dir/pid"; then
        if ! process_lives "$dir/epmd.pid"; then
            setsid epmd -port "$EPMD_PORT" -address 127.0.0.1 \
                </dev/null >"$dir/log/epmd.log" 2>&1 &
            note_process "$dir/epmd.pid" $!
        fi
        setsid "$RABBITMQ_BIN/rabbitmq-server" </dev/null >>"$dir/log/stdout.log" 2>&1 &
        note_process "$dir/pid" $!
    fi
    local deadline=$((SECONDS + READY_WAIT_S))
    until answers; do
        if ((SECONDS >= deadline)) || ! process_lives "$dir/pid"; then
            tail -n 40 -- "$dir"/log/*.log >&2 || true
            stop
            fail "the broker in $dir did not answer within $READY_WAIT_S s; its log is above"
        fi
        sleep 0.1
    done
    process_lives "$dir/pid" || fail "somebody else answers on port $AMQP_PORT"
    echo "amqp://guest:guest@127.0.0.1:$AMQP_PORT/%2f" | tee "$dir/url"
}

stop() {
    end_process "$dir/pid" TERM "$STOP_WAIT_S"
    end_process "$dir/epmd.pid" TERM "$STOP_WAIT_S"
}

[[ $# -ge 2 ]] || usage
action=$1
[[ $action != start ]] || mkdir -p "$2"
[[ -d $2 ]] || fail "there is no folder $2"
dir=$(cd "$2" && pwd)
shift 2
case $action in
    start) start ;;
    stop) stop ;;
    kill) end_process "$dir/pid" KILL "$STOP_WAIT_S" ;;
    ctl)
        [[ -s $dir/ports ]] || fail "nothing was started in $dir"
        prepare
        environment
        exec "$RABBITMQ_BIN/rabbitmqctl" "$@"
        ;;
    *) usage ;;
esac
