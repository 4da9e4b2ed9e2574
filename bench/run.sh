#!/bin/sh
# Builds the release preset and measures all of it. Prints the tables of docs/benchmarks.md; progress goes to stderr.
# usage: bench/run.sh [options of husk_bench]      for instance --only console, --pairs 31, --check
set -eu
cd "$(dirname "$0")/.."

{
    cmake --preset release
    nice cmake --build --preset release -j "$(nproc)"
} >&2

echo "$(date -u +%Y-%m-%d), $(uname -srm), $(nproc) CPUs, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
echo
build/release/bench/husk_bench "$@"
case "${1-}" in --only) exit 0 ;; esac
echo
build/release/bench/husk_density
echo
build/release/bench/husk_micro --benchmark_color=false
