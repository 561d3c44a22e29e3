#!/usr/bin/env bash
# The consumer check: what a stranger does with each package. A fresh `dotnet new web` outside the clone takes the package
# from the packed folder, gets the README's first C# block as its program, builds without a warning and prints the
# README's first text block, line for line. The README convention stands in docs/CONTRIBUTING.md.
#   tests/Consumer/run.sh <folder with the .nupkg files> [package ...]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
src=$here/../../src
packed=$(cd "${1:?the folder with the packed .nupkg files}" && pwd) || exit 2
shift
limit=60 # seconds a program may run
work=$(mktemp -d "${TMPDIR:-/tmp}/perfkit-consumer.XXXXXX")
trap 'rm -rf "$work"' EXIT

# A package folder of our own: no older build of the same version from the machine's cache.
export NUGET_PACKAGES=$work/cache DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
export ASPNETCORE_URLS=http://127.0.0.1:0 Logging__LogLevel__Default=None # a program prints what it says, not its log
[ -z "${PERFKIT_TEST_POSTGRES:-}" ] || export ConnectionStrings__postgres=$PERFKIT_TEST_POSTGRES

fail() {
    printf 'tests/Consumer: %s: %s\n' "$1" "$2" >&2
    failures=$((failures + 1))
}

# first_block <language> <readme>: the text block counts only when it follows the first C# block.
first_block() {
    tr -d '\r' <"$2" | awk -v want="$1" '
        /^```/ && inside { if (inside == want) exit; seen = 1; inside = ""; next }
        /^```/ { inside = substr($0, 4); if (inside == "csharp" && seen) exit
                 if (inside == want && (want == "csharp" || seen)) next; if (inside == want) inside = "other"; next }
        inside == want { print }'
}

run_limited() { # a time limit without coreutils, which macOS lacks
    "$@" &
    local program=$! left=$((limit * 10))
    while kill -0 "$program" 2>/dev/null; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || { kill -KILL "$program" && wait "$program"; return 124; }
        sleep 0.1
    done
    wait "$program"
}

check() {
    local package=$1 version=$2 added readme=$src/$1/README.md project=$work/app/$1
    cp -r "$work/template" "$project"
    first_block csharp "$readme" >"$project/Program.cs"
    first_block text "$readme" >"$work/expected"
    [ -s "$project/Program.cs" ] || { fail "$package" "its README has no \`\`\`csharp block"; return; }

    # Its README's install lines: the package, and an engine of the family where the program needs one.
    for added in "$package" $(sed -n 's/^ *dotnet add package \(PerfKit[A-Za-z.]*\).*/\1/p' "$readme" | grep -vx "$package"); do
        dotnet add "$project" package "$added" --version "$version" --no-restore >"$work/log" 2>&1 ||
            { cat "$work/log" >&2; fail "$package" "$added could not be added"; return; }
    done
    dotnet build "$project" --nologo -v quiet -tl:off -warnaserror >"$work/log" 2>&1 ||
        { cat "$work/log" >&2; fail "$package" "the README's program does not build without a warning"; return; }

    if grep -q 'ConnectionStrings[:_]' "$project/Program.cs" && [ -z "${PERFKIT_TEST_POSTGRES:-}" ]; then
        echo "$package $version: builds (its program needs a server; PERFKIT_TEST_POSTGRES would run it)"
        return
    fi
    [ -s "$work/expected" ] || { fail "$package" "its README does not say in a \`\`\`text block what the program prints"; return; }

    (cd "$project" && run_limited dotnet bin/Debug/net10.0/consumer.dll) >"$work/printed" 2>"$work/log" </dev/null ||
        { cat "$work/log" "$work/printed" >&2; fail "$package" "the README's program ended with $? (limit: $limit s)"; return; }
    tr -d '\r' <"$work/printed" | diff -u --label README "$work/expected" --label printed - ||
        { fail "$package" "the README's program prints something else than the README says"; return; }
    echo "$package $version: builds and prints what its README says"
}

failures=0 checked=0
mkdir -p "$work/app"
cat >"$work/nuget.config" <<XML
<configuration>
  <packageSources>
    <add key="packed" value="$packed" />
  </packageSources>
</configuration>
XML
cd "$work" || exit 2
dotnet new web --no-restore --name consumer --output "$work/template" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 2; }

for readme in "$src"/*/README.md; do
    package=$(basename "$(dirname "$readme")")
    case " $* " in "  " | *" $package "*) ;; *) continue ;; esac
    nupkg=$(ls "$packed/$package".[0-9]*.nupkg 2>/dev/null | head -n 1)
    [ -n "$nupkg" ] || { fail "$package" "no package of it in $packed"; continue; }
    version=$(basename "$nupkg" .nupkg)
    check "$package" "${version#"$package".}"
    checked=$((checked + 1))
done
[ "$checked" -gt 0 ] || fail "all" "no package was checked"
[ "$failures" = 0 ]
