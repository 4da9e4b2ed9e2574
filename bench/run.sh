#!/bin/sh
# Builds the release preset and measures all of it: run.sh [OPTIONS OF husk_bench]
# Prints the tables of docs/benchmarks.md; progress goes to stderr. What this host has no engine for is not measured, and said so. With
# options, only Husk against the floors is measured. On a busy machine, as root: chrt --rr 1 bench/run.sh
set -eu
cd "$(dirname "$0")/.."

{
    cmake --preset release
    nice cmake --build --preset release -j "$(nproc)"
} >&2

echo "$(date -u +%Y-%m-%d), $(uname -srm), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
echo
build/release/bench/husk_bench "$@"
[ $# -eq 0 ] || exit 0
for engine in kvm soft; do
    ksm=
    [ "$engine" = kvm ] || ksm=--no-ksm # equal pages are equal on any engine
    build/release/bench/husk_density --engine "$engine" $ksm || echo "Idle guests on $engine: not measured."
    echo
done
build/release/bench/husk_micro --benchmark_color=false
