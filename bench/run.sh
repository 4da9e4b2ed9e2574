#!/bin/sh
# Builds the release preset and measures all of it: run.sh [OPTIONS OF husk_bench]
# Prints the tables of docs/benchmarks.md; progress goes to stderr. With options, only Husk against the floor is measured.
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
echo
build/release/bench/husk_density
echo
build/release/bench/husk_micro --benchmark_color=false
