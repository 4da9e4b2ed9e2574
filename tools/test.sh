#!/bin/bash
# Builds Husk and runs all its tests, from a fresh clone: test.sh [--quick | --all]
#
# Unit tests run in the build with sanitizers alone. --quick leaves out what takes minutes: sanitizers (unit tests run without them),
# the nested lane, clang-tidy, fuzzers. --all takes half an hour more: the lanes unit, asan.cli, asan.program, tsan and fuzz, and
# clang-tidy over all sources, not a twenty-fifth of them. The report ends with a table of what ran and what was skipped for which
# reason, the engines that this machine has, and then CTest's own summary. Status: CTest's.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in
    '') quick='' all='' ;;
    --quick) quick=yes all='' ;;
    --all) quick='' all=yes ;;
    *)
        sed -n '2s/^# //p' "$0" >&2
        exit 2
        ;;
esac
jobs=$(nproc)

# build PRESET [CMAKE ARGUMENTS]: quiet unless something fails. Of $targets, if that is set, and all otherwise
targets=()
build() {
    local preset=$1
    shift
    echo "test: building $preset"
    cmake --preset "$preset" "$@" >/dev/null
    cmake --build --preset "$preset" --parallel "$jobs" ${targets[@]+--target "${targets[@]}"} -- --quiet
}

# The engines that the tests could use: "kvm (interpreted: …), soft (Unicorn 2.1.1)". From what husk doctor says.
engines() {
    build/release/husk doctor | awk '
        function rest() { sub(/^[A-Za-z]+ +/, ""); sub(what " +", ""); return $0 }
        $2 " " $3 " " $4 == "kind of KVM" { what = "kind of KVM"; kvm = "kvm (" rest() ")" }
        $1 != "ok" && $2 == "/dev/kvm" { what = "/dev/kvm"; kvm = "no kvm (/dev/kvm: " rest() ")" }
        $2 " " $3 == "software engine" { found = $1 == "ok"; what = "software engine"; soft = (found ? "soft (" : "no soft (") rest() ")" }
        END { print kvm ", " soft }'
}

# The lines CTest prints, with a table of the lanes before its summary. $1 is CTest's log, whose end of the matter is only there when
# CTest has ended, so its summary is held back until then.
with_table() {
    awk -v log_file="$1" -v engines="$(engines)" '
        # "12/60 Testing: guest.kvm" opens a test in the log; "lane kvm: 24 ran" is what it says of itself.
        function read_log(   line, name) {
            while ((getline line < log_file) > 0) {
                if (line ~ /^[0-9]+\/[0-9]+ Testing: /) { sub(/^[^:]*: /, "", line); name = line }
                else if (line ~ /lane [a-z]+: /) { sub(/.*lane [a-z]+: /, "", line); sub(/\r$/, "", line); said[name] = line }
            }
        }
        function group(name) { return name ~ /^unit\./ ? "unit" : name }
        /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: / {
            name = $0; sub(/^[^:]*: /, "", name); sub(/ .*/, "", name)
            g = group(name)
            if (!(g in tests)) order[++groups] = g
            ++tests[g]
            if (/\*\*\*Skipped/) ++skipped[g]; else if (!/ Passed /) ++failed[g]
            if (match($0, /[0-9.]+ sec/)) seconds[g] += substr($0, RSTART, RLENGTH)
        }
        /^[0-9]+% tests passed/ { summary = 1 }
        summary { held = held $0 "\n"; next }
        { print; fflush() }
        END {
            read_log()
            printf "%-18s %-8s %8s  %s\n", "lane", "result", "seconds", "what"
            for (i = 1; i <= groups; ++i) {
                g = order[i]
                what = g in said ? said[g] : (tests[g] > 1 ? tests[g] " tests" : "")
                result = failed[g] ? "FAILED" : skipped[g] == tests[g] ? "skipped" : "passed"
                if (skipped[g] && tests[g] > 1) what = what ", " skipped[g] " skipped"
                if (failed[g] && tests[g] > 1) what = what ", " failed[g] " failed"
                sub(/^skipped: /, "", what)
                printf "%-18s %-8s %8.1f  %s\n", g, result, seconds[g], what
            }
            printf "\nengines: %s\n\n%s", engines, held
        }'
}

tools/setup.sh test
if [ -n "$quick" ]; then
    build release -DHUSK_ASAN_BUILD= -DHUSK_TSAN_BUILD=
    selection=(--label-exclude slow)
    echo "test: --quick: without asan, tsan, guest.nested, style.tidy, fuzzers"
else
    targets=(husk_unit_tests husk_guest_tests husk_hostile_guests husk_fuzzers ${all:+husk_cli_tests husk_program_tests})
    build asan
    if [ -n "$all" ]; then
        targets=(husk_thread_tests)
        build tsan
        targets=()
        selection=()
    else
        echo "test: without unit tests outside of asan, asan.cli, asan.program, tsan, fuzz and most of clang-tidy: --all takes these too"
        targets=(husk_all_but_unit_tests)
        # What there is of them is not built, which CTest would take for a failure.
        selection=(--exclude-regex '^(unit\.|husk_unit_tests)')
    fi
    build release -DHUSK_ASAN_BUILD="$PWD/build/asan" -DHUSK_TSAN_BUILD="${all:+$PWD/build/tsan}" -DHUSK_ALL_LANES="${all:+ON}"
fi
ctest --test-dir build/release --output-on-failure --parallel "$jobs" "${selection[@]}" |
    with_table build/release/Testing/Temporary/LastTest.log
