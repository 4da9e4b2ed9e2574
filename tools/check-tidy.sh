#!/bin/bash
# Runs clang-tidy over the sources of the library, the command and the built-in guests: check-tidy.sh BUILD_DIRECTORY [--part]
#
# --part: over a twenty-fifth of them, another one for each commit, which is what tools/test.sh has the time for on a machine that has
# looked at none yet.
# A file that passed is not looked at again until its text, the text of a project header it includes, .clang-tidy or clang-tidy
# itself changes. The build knows which headers a source includes (ninja -t deps), so it has to be up to date.
set -eu
parts=1
part=0
case $#:${2:-} in
    1:) ;;
    2:--part)
        parts=25
        part=$(($(git -C "$(dirname "$0")" rev-list --count HEAD 2>/dev/null || echo 0) % parts))
        ;;
    *)
        sed -n '2s/^# //p' "$0" >&2
        exit 2
        ;;
esac
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
command -v clang-tidy >/dev/null || { echo "lane tidy: skipped: no clang-tidy"; exit 77; }
passed=$build/tidy-passed
mkdir -p "$passed"

# "SOURCE HEADER…" for each compiled source, project files only. Where ccache has a base_dir, paths are relative to the build.
includes() {
    ninja -C "$build" -t deps | awk -v root="$PWD/" -v up="$(realpath --relative-to="$build" "$PWD")/" '
        /: #deps / { if (line != "") print line; line = ""; next }
        index($1, up) == 1 { $1 = root substr($1, length(up) + 1) }
        { if (index($1, root) == 1 && index($1, root "build/") != 1) line = line (line == "" ? "" : " ") substr($1, length(root) + 1) }
        END { if (line != "") print line }' | grep -E '^(src|guests)/[^ ]*\.cpp( |$)' | sort -u
}

salt=$(clang-tidy --version; cat .clang-tidy)
todo=()
total=0
seen=0
while read -ra files; do
    seen=$((seen + 1))
    [ $((seen % parts)) -eq "$part" ] || continue
    total=$((total + 1))
    key=$({ echo "$salt"; sha256sum "${files[@]}"; } | sha256sum | cut -c1-40)
    [ -e "$passed/$key" ] || todo+=("$key" "${files[0]}")
done < <(includes)
[ "$total" -gt 0 ] || { echo "check-tidy: $build has compiled nothing; build it first" >&2; exit 1; }

# Without GCC's precompiled headers, which clang cannot read: so each source is seen to include what it uses.
commands=$passed/commands
mkdir -p "$commands"
sed 's/-Winvalid-pch -include [^ ]*//' "$build/compile_commands.json" >"$commands/compile_commands.json"

# clang-tidy counts suppressed warnings on stderr; what it has to say is on stdout.
status=0
# shellcheck disable=SC2016  # the inner shell expands these
[ ${#todo[@]} -eq 0 ] || printf '%s\n' "${todo[@]}" |
    xargs -n 2 -P "$(nproc)" bash -c 'clang-tidy --quiet -p "$0/commands" "$2" 2>/dev/null && touch "$0/$1"' "$passed" || status=1
[ "$parts" -eq 1 ] || of=" of $seen (part $((part + 1)) of $parts, by the commit; all: tools/check-tidy.sh $1)"
echo "lane tidy: $total files${of:-}, $((${#todo[@]} / 2)) of them changed since they last passed"
exit "$status"
