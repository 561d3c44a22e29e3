#!/bin/sh
# Runs a private PostgreSQL or Redis on a free loopback port for as long as standard input stays open, then stops it by
# its pid and deletes its data. So the server ends with whoever started it, even when that one is killed.
#   server.sh postgres|redis|cluster     exit 69 with a sentence when the programs are not installed
# It prints "ready <port> <target>", what kill takes as its target, and then answers what is written to it:
#   kill      SIGKILL; prints "killed" when the server is gone
#   start     the same first, then starts it again on its port; prints "ready ..." again
kind=$1
umask 077

missing() {
    echo "$1" >&2
    exit 69
}

# Signals to the whole group of the tests must not reach the server before its owner is gone: a session of its own.
if [ -z "${PERFKIT_SERVER_SESSION:-}" ] && command -v setsid >/dev/null; then
    export PERFKIT_SERVER_SESSION=1
    exec setsid sh "$0" "$@"
fi

if [ "$kind" = postgres ]; then
    for bin in "$(dirname "$(command -v initdb || echo /none/initdb)")" $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
        [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && PATH=$bin:$PATH && break
    done
    command -v initdb >/dev/null || missing "PostgreSQL is not installed: no initdb on PATH or in /usr/lib/postgresql"
    if [ "$(id -u)" = 0 ]; then
        # PostgreSQL refuses root. The text is passed on, because that user may not be able to read the clone.
        id postgres >/dev/null 2>&1 || missing "PostgreSQL refuses to run as root and there is no user 'postgres'"
        text=$(cat "$0")
        cd / && TMPDIR=/tmp exec runuser -u postgres -- sh -c "$text" sh "$@"
    fi
fi

base=${TMPDIR:-/tmp}
base=${base%/}
folder=$base/perfkit-$kind.$$

# What a killed machine or a killed watcher left: the folder's name ends with the watcher's pid.
for old in "$base/perfkit-$kind".*; do
    [ -O "$old" ] || continue
    kill -0 "${old##*.}" 2>/dev/null && [ "$old" != "$folder" ] && continue
    left=$(cat "$old/server.pid" 2>/dev/null)
    case "$(readlink "/proc/$left/cwd" 2>/dev/null)" in "$old"*) kill -KILL "$left" ;; esac
    rm -rf "$old"
done

trap '' INT TERM HUP PIPE # Whoever reads us may be gone, and the server is still to be stopped.
mkdir "$folder" && mkdir "$folder/data" || exit 1
fail() {
    echo "$1" >&2
    tail -n 20 "$folder/log" >&2
    rm -rf "$folder"
    exit 1
}

if [ "$kind" = postgres ]; then
    locale=C.UTF-8
    [ "$(uname)" = Linux ] || locale=C
    initdb -D "$folder/data" -U postgres -A trust -E UTF8 --locale="$locale" --no-sync >"$folder/log" 2>&1 ||
        fail "initdb failed:"
elif ! command -v redis-server >/dev/null; then
    [ "$kind" = redis ] || {
        rm -rf "$folder"
        missing "A Redis Cluster needs redis-server, which is not installed; Garnet from the tool manifest does not do"
    }
    dotnet tool restore >"$folder/log" 2>&1 || {
        rm -rf "$folder"
        missing "Redis is not installed: no redis-server on PATH, and 'dotnet tool restore' did not give garnet-server"
    }
fi

# Redis is a process group of its own, which is signalled as one: Garnet runs below the tool that starts it.
group=
[ "$kind" = postgres ] || group=$(command -v setsid)

serve() { # the server itself, in the foreground
    trap - INT TERM HUP PIPE
    if [ "$kind" = postgres ]; then
        exec postgres -D "$folder/data" -c listen_addresses=127.0.0.1 -p "$port" -c fsync=off \
            -c unix_socket_directories= -c max_connections=200
    elif ! command -v redis-server >/dev/null; then
        exec $group dotnet garnet-server --bind 127.0.0.1 --port "$port" -m 256m -i 16m --lua true
    fi
    set -- --bind 127.0.0.1 --port "$port" --dir "$folder/data" --save "" --appendonly no
    if [ "$kind" = cluster ]; then # The bus keeps below the ports the system hands out, too.
        set -- "$@" --cluster-enabled yes --cluster-port $((port - 10000)) --cluster-node-timeout 1000 \
            --cluster-replica-validity-factor 0 --repl-diskless-sync-delay 0 --maxmemory 64mb
    fi
    exec $group redis-server "$@"
}

start() { # sets $server and $target; $ready is empty when the server ended before it was ready
    : >"$folder/log"
    (serve) </dev/null >"$folder/log" 2>&1 3<&- &
    server=$!
    target=${group:+-}$server
    echo "$server" >"$folder/server.pid"
    ready=
    while [ -z "$ready" ] && kill -0 "$server" 2>/dev/null; do
        grep -q 'eady to accept connections' "$folder/log" && ready=1 || sleep 0.05
    done
}

end() { # by the signal $1, frozen or not, and waits
    [ -z "$server" ] || kill -s "$1" -- "$target" 2>/dev/null
    [ -z "$server" ] || wait "$server"
    server=
}

stop=KILL # The data is thrown away.
[ "$kind" = postgres ] && stop=QUIT # at once, its helpers too
exec 3<&0
for try in 1 2 3 4 5; do
    port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000)) # below the ports the system hands out
    start
    [ -n "$ready" ] && break
    wait "$server"
    grep -qi 'in use' "$folder/log" || fail "$kind did not start:"
done
[ -n "$ready" ] || fail "$kind found no free port:"
echo "ready $port $target"

while read -r order <&3; do
    end KILL
    case $order in
        kill) echo killed ;;
        start)
            start
            [ -n "$ready" ] || fail "$kind did not start again on port $port:"
            echo "ready $port $target"
            ;;
    esac
done
end "$stop"
rm -rf "$folder"
