# Starts and stops the servers that are measured; for the other scripts of this folder.
# shellcheck shell=bash

bench=$(cd -P "${BASH_SOURCE[0]%/*}" && pwd)
root=${bench%/*}
scratch=$(mktemp -d)
started=()

export DEVICE_JWT_SECRET JWT_SECRET INTERNAL_API_SECRET
DEVICE_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
INTERNAL_API_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 1
}

# Ends what this script started and nothing else, also when it is interrupted.
clean_up() {
  local pid
  for pid in "${started[@]}"; do
    stop "$pid"
  done
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# stop PID: politely, and after ten seconds not.
stop() {
  kill "$1" 2>/dev/null || return 0
  local i
  for ((i = 0; i < 100; i++)); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.1
  done
  kill -9 "$1" 2>/dev/null
  wait "$1" 2>/dev/null
}

# start PORT COMMAND..: in the background; sets $pid once somebody listens on the port.
start() {
  local port=$1 i
  shift
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && fail "port $port is taken"
  "$@" >"$scratch/server.log" 2>&1 &
  pid=$!
  started+=("$pid")
  for ((i = 0; i < 300; i++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  cat "$scratch/server.log" >&2
  fail "the server did not come up: $*"
}

has_redis() { type -P redis-server >/dev/null; }

# serve NAME PORT: one of muster, peer, peer-redis; sets $pid.
serve() {
  case $1 in
    muster)
      rm -rf "$scratch/data"
      MUSTER_DATA_DIR=$scratch/data PORT=$2 start "$2" "$root/muster" serve
      ;;
    peer) start "$2" node --expose-gc "$bench/peer/server.js" --port "$2" --fleet ;;
    peer-redis)
      start $(($2 + 1)) redis-server --port $(($2 + 1)) --bind 127.0.0.1 --save '' --appendonly no --dir "$scratch"
      start "$2" node --expose-gc "$bench/peer/server.js" --port "$2" --fleet --redis "redis://127.0.0.1:$(($2 + 1))"
      ;;
    *) fail "no such server: $1" ;;
  esac
}

# live_heap PID: bytes that survive a full collection.
live_heap() {
  if [[ $(<"/proc/$1/comm") == java ]]; then
    "$(dirname "$(readlink "/proc/$1/exe")")/jcmd" "$1" GC.class_histogram | awk '/^Total/ { print $3 }'
  else
    local before
    before=$(grep -c '^heap ' "$scratch/server.log")
    kill -USR2 "$1"
    until (($(grep -c '^heap ' "$scratch/server.log") > before)); do sleep 0.1; done
    awk '/^heap / { heap = $2 } END { print heap }' "$scratch/server.log"
  fi
}

# resident PID: KiB.
resident() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# Ends all servers of a round.
stop_all() {
  local each
  for each in "${started[@]}"; do
    stop "$each"
  done
  started=()
}

prepare() {
  type -P node >/dev/null || fail 'Node is needed for the peer: install Node 20 or later'
  [[ -d $bench/peer/node_modules ]] || (cd "$bench/peer" && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
  "$root/muster" --help >/dev/null # builds when needed
}
