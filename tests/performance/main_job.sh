# What the script of shell_script.py begins with; PYTHON_FOLDER, PROJECT and PARALLEL are set.
# With the name of a step it runs that step alone: its caller decides when.
set -eu
step=${1:-}
here=$(dirname "$(readlink -f "$0")")
cores=$(nproc)
PATH="$PYTHON_FOLDER:$PATH"

# A mount namespace for all of it; an ordinary user becomes root of a user namespace to have one.
if [ -z "${IN_NAMESPACE:-}" ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(--map-root-user)
    IN_NAMESPACE=1 exec unshare --mount "${as_root[@]}" bash "$0" "$@"
fi
# Where there is no /opt/ml to mount on: one in a copy of /opt made of mounts.
if [ ! -d /opt/ml ]; then
    mkdir -p "$here/opt"
    mount --rbind /opt "$here/opt"
    mount -t tmpfs none /opt
    for entry in "$here"/opt/*; do
        [ ! -d "$entry" ] || { mkdir "/opt/${entry##*/}"; mount --rbind "$entry" "/opt/${entry##*/}"; }
    done
    mkdir /opt/ml
fi

# Nothing of an earlier run.
rm -rf "$here"/jobs/${step:-*}/ml/{processing,model,output,input/data}
if [ -z "$step" ]; then
    rm -rf "$here/running" "$here/started"
    mkfifo "$here/places"
    exec 9<>"$here/places"
    rm "$here/places"
    printf '%*s' "$PARALLEL" '' >&9
fi
mkdir -p "$here/running"

bring() {  # an object or all below a prefix -> a folder
    mkdir -p "$2"
    if [ -d "$1" ]; then cp -r "$1/." "$2"; else cp "$1" "$2"; fi
}

container() {  # JOB [NAME=VALUE ...] COMMAND ...: a process that sees the job's folder as /opt/ml
    local name=$1 running threads
    shift
    running=("$here/running"/*)
    threads=$((cores / ${#running[@]}))
    [ "$threads" -ge 1 ] || threads=1
    echo "$name ${#running[@]}" >>"$here/started"
    cd "$here/jobs/$name/work"
    exec unshare --mount bash -c 'mount --bind "$0" /opt/ml && exec "$@"' "$here/jobs/$name/ml" \
        env -i PATH="$PYTHON_FOLDER:/usr/local/bin:/usr/bin:/bin" HOME="$here/jobs/$name/work" LANG=C.UTF-8 \
        PYTHONUNBUFFERED=TRUE PYTHONDONTWRITEBYTECODE=TRUE OMP_WAIT_POLICY=PASSIVE \
        PYTHONPROFILEIMPORTTIME="${TELL_IMPORTS:-}" \
        OMP_NUM_THREADS=$threads OPENBLAS_NUM_THREADS=$threads MKL_NUM_THREADS=$threads SM_NUM_CPUS=$threads \
        "$@" >"$here/jobs/$name/log" 2>&1
}

take_place() { [ -n "$step" ] || read -r -n 1 -u 9 _; touch "$here/running/$1"; }
give_place() { rm "$here/running/$1"; [ -n "$step" ] || printf ' ' >&9; }

run() {  # the same arguments: to its end, when one of the places is free
    local code=0
    take_place "$1"
    (container "$@") || code=$?
    give_place "$1"
    [ "$code" = 0 ] || { echo "$1 failed; see $here/jobs/$1/log" >&2; exit "$code"; }
}

predict() {  # JOB DATA OUTPUT PORT COMMAND ...: a server, asked once
    local name=$1 data=$2 output=$3 port=$4 server
    shift 4
    take_place "$name"
    (container "$name" SAGEMAKER_BIND_TO_PORT="$port" SAGEMAKER_BATCH=true PYTHONPATH="$PROJECT" "$@") &
    server=$!
    until curl -sf -o /dev/null "http://127.0.0.1:$port/ping"; do kill -0 "$server"; sleep 0.02; done
    mkdir -p "$output"
    curl -sSf -H 'Content-Type: text/csv' --data-binary "@$data" -o "$output/data.csv.out" \
        "http://127.0.0.1:$port/invocations"
    kill "$server"
    wait "$server" || true
    give_place "$name"
}

best() {  # TASK MEMBER: of the winner
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["best"][sys.argv[2]])' "$1" "$2"
}

all() {  # wait for processes, and fail if one did
    local process
    for process; do wait "$process"; done
}
