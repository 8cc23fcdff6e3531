# To be sourced: the processes that a script started, each noted in a file, and their end.
# A note is the process id in FILE and its start time in FILE.started: the id alone could by now
# belong to somebody else's process.

# The start time of process $1 in clock ticks since boot; nothing when it is gone or a zombie.
process_started_ticks() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -r -a fields <<<"${stat##*) }"
    [[ ${fields[0]} == Z ]] || echo "${fields[19]}"
}

# Notes process $2 in file $1.
note_process() {
    process_started_ticks "$2" >"$1.started"
    echo "$2" >"$1"
}

# True while the process noted in file $1 lives.
process_lives() {
    [[ -s $1 && -s $1.started ]] &&
        [[ $(process_started_ticks "$(<"$1")") == "$(<"$1.started")" ]]
}

# Sends signal $2 to the process noted in file $1 and waits until it is gone; KILL after $3 s.
end_process() {
    local deadline=$((SECONDS + $3))
    if process_lives "$1"; then
        kill -s "$2" "$(<"$1")" 2>/dev/null || true
        while process_lives "$1"; do
            ((SECONDS < deadline)) || kill -s KILL "$(<"$1")" 2>/dev/null || true
            sleep 0.05
        done
    fi
    rm -f "$1" "$1.started"
}
