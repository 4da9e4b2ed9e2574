#!/bin/bash
# Installs a build into an empty prefix and builds and runs the example of docs/embedding.md against it, by CMake package and by pkg-config:
# check.sh BUILD_DIRECTORY [CONFIG]
set -euo pipefail
[ $# -ge 1 ] || { sed -n '3s/^# //p' "$0" >&2; exit 2; }
source=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$1" ${2:+--config "$2"} --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }

"$prefix/bin/husk" --version

cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
cmake --build "$work/build" -- --quiet
echo "by CMake package:"
"$work/build/consumer"
"$work/build/call" "$work/build/squares"
"$work/build/call_in_c" "$work/build/squares"

# The prefix may have moved since: nothing in the package holds its path.
mv "$prefix" "$work/moved"
package=$(find "$work/moved" -name husk.pc)
read -ra flags <<<"$(PKG_CONFIG_PATH=$(dirname "$package") pkg-config --cflags --libs husk)"
g++ -std=c++20 -O2 "$source/../../docs/examples/embed.cpp" "${flags[@]}" -o "$work/consumer"
echo "by pkg-config:"
"$work/consumer"
echo "lane install: CMake package and pkg-config file, each built and run"
