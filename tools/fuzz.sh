#!/bin/bash
# Builds the fuzzers and runs each from its kept corpus (tests/fuzz/corpus): fuzz.sh [SECONDS a fuzzer, 8 by default]
#
# Status 1 if one crashes, hangs or leaks; the input that did it is then in build/fuzz/crashes. What is found on the way stays in
# build/fuzz/found, from where the next run goes on.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-8}
[[ $# -le 1 && $seconds =~ ^[1-9][0-9]*$ ]] || { sed -n '2s/^# //p' "$0" >&2; exit 2; }
command -v clang++ >/dev/null || { echo "lane fuzz: skipped: no clang++"; exit 77; }

build=build/fuzz
export LSAN_OPTIONS=suppressions=$PWD/tests/support/leaks.txt:print_suppressions=0
cmake --preset fuzz --log-level=WARNING
cmake --build --preset fuzz --target husk_fuzzers --parallel "$(nproc)" -- --quiet

# What fuzzers make meanwhile, and leave if they crash.
export TMPDIR=$PWD/$build/temporary
rm -rf "$TMPDIR"
mkdir -p "$TMPDIR"

status=0
summary=
for program in "$build"/tests/fuzz/*_fuzzer; do
    name=$(basename "$program" _fuzzer)
    log=$build/$name.log
    mkdir -p "$build/found/$name" "$build/crashes"
    result=
    # 8704: a multiboot header may be anywhere in the first 8 KiB.
    # Unicorn leaks a few bytes an engine, which would have libFuzzer look for leaks after every guest: once, at the end, is enough.
    leaks=1
    [ "$name" != soft_guest ] || leaks=0
    "$program" -detect_leaks="$leaks" -max_total_time="$seconds" -max_len=8704 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$build/crashes/$name-" "$build/found/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 ||
        { status=1; result=" CRASHED"; tail -n 40 "$log"; }
    executions=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log")
    echo "fuzz: $name: ${executions:-no} executions in $seconds s${result}"
    summary="${summary:+$summary, }$name ${executions:-no}$result"
done
echo "lane fuzz: executions: $summary"
exit "$status"
