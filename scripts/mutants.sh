#!/usr/bin/env bash
# Mutation testing of twin-model: changes one thing of its code at a time and runs its tests; a
# change that no test notices is a hole in them. Prints one JSON object with the share that was
# noticed, and the others on standard error and in DIR/missed.txt.
#
#   scripts/mutants.sh [--minutes N] [--seed N] [--jobs N] [--without WORD] [--file GLOB]
#                      [--out DIR] [--prepare | --one-by-one [--shard K/N]]
#
# --minutes N    stop trying after so long: what was tried until then is a random sample
# --seed N       the order in which they are tried (default: 1); another seed, another sample
# --jobs N       try so many at once (default: 1)
# --prepare      try none; print those that no test reaches
# --without WORD leave out the tests that have WORD in their names, such as slow ones (repeatable)
# --file GLOB    only mutants of these files, such as 'twin-model/src/lot*.rs'
# --out DIR      where to keep the outcomes (default: target/mutants); run again with the same
#                arguments to go on after a break
# --one-by-one   let cargo-mutants build the model anew for each mutant, half a minute and more,
#                instead of all of them in one build (scripts/mutation)
# --shard K/N    then only every Nth mutant, starting with the Kth (from 0)
#
# TWIN_DATA      folder with the reference data (default: ../shared/data beside the clone)
#
# Needs the network once, to install cargo-mutants into target/tools.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
tools=${CARGO_TARGET_DIR:-target}/tools
out=${CARGO_TARGET_DIR:-target}/mutants
export TWIN_DATA=${TWIN_DATA:-$root/../shared/data}
one_by_one=
chosen=()
shard=()
woven=()
while (($#)); do
    case $1 in
        --one-by-one) one_by_one=1 && shift && continue ;;
        --prepare) woven+=(--prepare) && shift && continue ;;
        --shard) shard=(--shard "$2" --sharding round-robin) ;;
        --minutes | --seed | --jobs | --without) woven+=("$1" "$2") ;;
        --file) chosen+=(--file "$2") ;;
        --out) out=$2 ;;
        *)
            sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2
            exit 2
            ;;
    esac
    shift 2
done

if [[ -z $one_by_one ]] && ((${#shard[@]} > 0)); then
    echo "mutants.sh: --shard goes with --one-by-one; --minutes takes a part of all others" >&2
    exit 2
fi

PATH=$tools/bin:$PATH
command -v cargo-mutants >/dev/null ||
    cargo install --locked --debug --root "$tools" --version 27.1.0 cargo-mutants
mkdir -p "$out"

if [[ -z $one_by_one ]]; then
    cargo mutants --package twin-model --list --json "${chosen[@]}" >"$out/list.json"
    cargo run --locked --quiet --package mutation -- \
        --list "$out/list.json" --out "$out" "${woven[@]}"
    exit
fi

status=0
# The figure is what this is for: missed mutants (exit 2) and timeouts (exit 3) are no failure.
CARGO_PROFILE_TEST_DEBUG=0 cargo mutants --package twin-model --test-package twin-model \
    --all-features --iterate --no-shuffle --output "$out" --timeout-multiplier 10 \
    --minimum-test-timeout 60 "${shard[@]}" "${chosen[@]}" -- --lib --tests >&2 || status=$?
((status == 0 || status == 2 || status == 3)) || exit "$status"

python3 - "$out/mutants.out" <<'PYTHON'
import json
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
def count(name):
    files = [out / f"{name}.txt", out / f"previously_{name}.txt"]
    lines = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    return len(set(lines))

caught, timeouts, missed = count("caught"), count("timeout"), count("missed")
viable = caught + timeouts + missed
print(json.dumps({
    "name": "mutants_twin_model_one_by_one",
    "tried": viable,
    "caught": caught,
    "timeouts": timeouts,
    "missed": missed,
    "unviable": count("unviable"),
    "share": round((caught + timeouts) / viable, 4) if viable else None,
    "goal": 0.95,
    "pass": viable > 0 and (caught + timeouts) / viable >= 0.95,
}))
PYTHON
