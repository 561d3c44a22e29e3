#!/usr/bin/env bash
# The test command. Makes a Debian or Ubuntu machine able to run everything (installs only what is missing), starts private
# servers with throw-away data, builds, runs every test, stops the servers and ends with one line:
#   N passed, N failed, N skipped
# Exit 0 only when tests ran and none failed or was skipped. Arguments go to `dotnet test`, such as --filter Caching.
# PERFKIT_TEST_POSTGRES (an Npgsql connection string) and PERFKIT_TEST_REDIS (host:port) name servers to use instead.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/perfkit-run.XXXXXX")
passed=0 failed=0 skipped=0 watchers= group=
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_TieredPGO=0 # hundreds of processes that live for seconds: profiles of them cost a fifth of the time and pay nothing

say() { printf '== %s\n' "$*"; }

# Ours alone: the compiler server carries this run's name, the private servers end when our side of their input closes.
finish() {
    status=$?
    trap - EXIT
    exec >&6 2>&7
    [ -z "$group" ] || kill -- "-$group" 2>/dev/null
    exec 8>&- 9>&-
    for pid in $watchers $(compiler_servers); do
        kill -0 "$pid" 2>/dev/null && stop_or_wait "$pid"
    done
    rm -rf "$work"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit "$status"
}

stop_or_wait() {
    case " $watchers " in *" $1 "*) wait "$1" ;; *) kill "$1" ;; esac
}

compiler_servers() {
    if [ -d /proc/self ]; then
        grep -alF "perfkit-run-$$" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3
    else
        pgrep -f "perfkit-run-$$"
    fi
}

die() {
    printf 'tests/run.sh: %s\n' "$*" >&2
    exit 1
}

exec 6>&1 7>&2 # the way out, wherever a signal finds us
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Runs a command as a process group of its own, so that a signal to us ends it with everything it started.
run() {
    set -m
    "$@" 6>&- 7>&- 8>&- 9>&- </dev/null &
    group=$!
    set +m
    wait "$group"
    local status=$?
    group=
    return "$status"
}

has_postgres() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

# A name on PATH is not enough: Ubuntu's chromium-browser may be a stub that asks for snap.
find_chromium() {
    local name
    for name in "${PERFKIT_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "$HOME"/.cache/ms-playwright/chromium-*/chrome-linux*/chrome; do
        if [ -n "$name" ] && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}

install_missing() {
    local missing=
    [ -n "${PERFKIT_TEST_POSTGRES:-}" ] || has_postgres || missing="$missing postgresql"
    [ -n "${PERFKIT_TEST_REDIS:-}" ] || command -v redis-server >/dev/null || missing="$missing redis-server"
    find_chromium >/dev/null || missing="$missing chromium"
    command -v wrk >/dev/null || missing="$missing wrk"
    PATH="$PATH:/usr/sbin" command -v nginx >/dev/null || missing="$missing nginx-light"
    [ -n "$missing" ] || return 0

    [ "$(uname)" = Darwin ] &&
        die "missing:$missing. Install with: brew install postgresql@17 redis nginx wrk && brew install --cask chromium"
    command -v apt-get >/dev/null || die "missing:$missing. Install them, or name servers in PERFKIT_TEST_POSTGRES and _REDIS"
    local root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "missing:$missing, and neither root nor sudo to install them"
        root=sudo
    fi

    # RUNLEVEL=1: the packages' own services are not wanted, only their programs.
    say "apt-get install$missing"
    $root apt-get update -qq >"$work/apt.log" 2>&1 </dev/null || say "apt-get update failed; trying with the lists there are"
    # shellcheck disable=SC2086 # names without spaces
    $root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >>"$work/apt.log" 2>&1 </dev/null ||
        { tail -n 15 "$work/apt.log" >&2 && die "apt-get could not install$missing"; }
}

# start_server <postgres|redis>: the watcher's standard input stays open on descriptor 8 or 9 until we end.
start_server() {
    mkfifo "$work/$1.in"
    sh tests/TestKit/server.sh "$1" <"$work/$1.in" >"$work/$1.out" 2>"$work/$1.err" 8>&- 9>&- &
    local watcher=$!
    if [ "$1" = postgres ]; then exec 8>"$work/$1.in"; else exec 9>"$work/$1.in"; fi
    watchers="$watchers $watcher"
    until grep -q '^ready ' "$work/$1.out"; do
        kill -0 "$watcher" 2>/dev/null || die "$1 did not start: $(cat "$work/$1.err")"
        sleep 0.1
    done
    port=$(sed -n 's/^ready \([0-9]*\) .*/\1/p' "$work/$1.out")
    say "private $1 on 127.0.0.1:$port"
}

quieten() {
    grep --line-buffered -vE '^(Test run for|A total of|Data collector .Blame|Results File|Additionally, path|$)' 8>&- 9>&-
}

# What failed or was skipped, with its message, from the trx files.
print_unhappy() {
    cat "$work"/results/*.trx | tr -d '\r' | awk '
        function text(s) {
            gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&#xA;|&#xD;/, "\n", s)
            gsub(/&apos;/, "\047", s); gsub(/&amp;/, "\\&", s); return s
        }
        /<UnitTestResult / {
            name = ""
            if (/outcome="(Failed|NotExecuted)"/) {
                match($0, /testName="[^"]*"/); name = text(substr($0, RSTART + 10, RLENGTH - 11))
                print (/outcome="Failed"/ ? "FAILED  " : "SKIPPED ") name
            }
        }
        name != "" && /<Message>/ { inside = 1; sub(/.*<Message>/, "") }
        inside { line = $0; sub(/<\/Message>.*/, "", line); print "        " text(line) }
        /<\/Message>/ { inside = 0 }
    '
}

command -v dotnet >/dev/null || die "the .NET 10 SDK is not on PATH"
install_missing

if [ -z "${PERFKIT_TEST_POSTGRES:-}" ]; then
    start_server postgres
    export PERFKIT_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres;Database=postgres"
fi
if [ -z "${PERFKIT_TEST_REDIS:-}" ]; then
    start_server redis
    export PERFKIT_TEST_REDIS="127.0.0.1:$port"
fi
export PERFKIT_REQUIRE_SERVICES=1

say "build"
run dotnet build PerfKit.sln --nologo -v quiet -tl:off -p:SharedCompilationId="perfkit-run-$$" ||
    die "the build failed"

# Where apt has no Chromium of its own (Ubuntu), Playwright brings one.
if ! find_chromium >/dev/null; then
    playwright=$(ls -d artifacts/bin/*/debug/.playwright 2>/dev/null | head -n 1)
    node=$(ls "$playwright"/node/*/node 2>/dev/null | head -n 1)
    [ -n "$node" ] || die "no Chromium, and no Playwright to bring one"
    say "Playwright installs Chromium"
    "$node" "$playwright/package/cli.js" install --with-deps chromium </dev/null || die "Playwright could not install Chromium"
fi
PERFKIT_TEST_CHROMIUM=$(find_chromium) || die "no Chromium that starts"
export PERFKIT_TEST_CHROMIUM

say "tests"
export PERFKIT_TEST_TRX=true
run dotnet test PerfKit.sln --no-build --nologo -tl:off -m:1 --results-directory "$work/results" \
    --blame-hang-timeout 5m --blame-hang-dump-type none "$@" > >(quieten) 2>&1
outcome=$?

ls "$work"/results/*.trx >/dev/null 2>&1 || die "no test ran"
# shellcheck disable=SC2046 # three numbers
set -- $(grep -ho '<Counters [^>]*' "$work"/results/*.trx | tr '"' ' ' | awk '
    { for (i = 1; i < NF; i++) { if ($i == "total=") t += $(i + 1); if ($i == "executed=") e += $(i + 1)
                                 if ($i == "passed=") p += $(i + 1) } }
    END { print p + 0, e - p, t - e }')
passed=$1 failed=$2 skipped=$3
print_unhappy
[ "$failed" = 0 ] || die "$failed tests failed"
[ "$outcome" = 0 ] || die "the test run did not end well (exit $outcome); see above"
[ "$skipped" = 0 ] || die "$skipped tests were skipped; here every test must run"
[ "$passed" != 0 ] || die "no test ran"
