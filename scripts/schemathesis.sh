#!/usr/bin/env bash
# Asks a demo of its own everything that /openapi.json describes, with made-up values, and fails
# when an answer is not as described: schemathesis (PyPI), in a virtual environment of its own in a
# temporary folder. Only loopback; ends exactly what it started. Needs python3 and the network (or
# a pip that finds its packages) the first time.
#
#   scripts/schemathesis.sh [SECONDS [ARGS of schemathesis run ...]]
#
# SECONDS             time for the questions, 60 when absent; 10 at least
# TWIN_BIN            the twin to start (default: target/debug/twin, built if missing)
# TWIN_SCHEMATHESIS   a schemathesis to use instead of installing one
set -euo pipefail

readonly VERSION=4.32.5
readonly SEED=20261128
# Answers to these do not end by themselves, or end only when somebody has waited for long.
readonly ENDLESS='/stream$'

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/process.sh
source "$root/scripts/process.sh"
seconds=${1:-60}
shift || true
[[ $seconds =~ ^[0-9]+$ && $seconds -ge 10 ]] || {
    echo "schemathesis.sh: '$seconds' is no number of seconds from 10 on" >&2
    exit 2
}
work=$(mktemp -d "${TMPDIR:-/tmp}/twin-schemathesis.XXXXXX")

finish() {
    local status=$?
    trap - EXIT INT TERM
    end_process "$work/twin.pid" TERM 10
    ((status == 0)) || tail -n 20 "$work/twin.log" >&2 2>/dev/null || true
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

twin=${TWIN_BIN:-$root/target/debug/twin}
[[ -x $twin ]] || (cd "$root" && cargo build --locked --bin twin)
asker=${TWIN_SCHEMATHESIS:-}
if [[ -z $asker ]]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$VERSION"
    asker=$work/venv/bin/schemathesis
fi

port=$("$root/scripts/free-port.sh")
"$twin" demo --listen "127.0.0.1:$port" --data-dir "$work/data" >"$work/twin.log" 2>&1 &
note_process "$work/twin.pid" $!
for ((try = 0; try < 300; try++)); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/ready" && break
    process_lives "$work/twin.pid" || { echo "schemathesis.sh: the demo has ended" >&2; exit 1; }
    sleep 0.1
done

cd "$work"
# 503 is an answer here, with the way out: a commit that does not come, a plant that is asked by
# others. What is read more strictly or more kindly than a schema can say is no fault either, so
# the checks for that are left out.
cat >schemathesis.toml <<END
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
END
timeout --signal=INT $((seconds + 120)) "$asker" run "http://127.0.0.1:$port/openapi.json" \
    --max-time "$seconds" --seed "$SEED" --workers 1 --request-timeout 30 \
    --phases examples,coverage,fuzzing --no-color \
    --exclude-path-regex "$ENDLESS" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method \
    "$@"
