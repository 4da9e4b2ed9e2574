#!/bin/bash
# Checks that every C++ file of the project is formatted as .clang-format says. To repair: clang-format -i FILE
set -eu
cd "$(dirname "$0")/.."
command -v clang-format >/dev/null || { echo "lane format: skipped: no clang-format"; exit 77; }
mapfile -t files < <(find bench guests include src tests -name '*.[ch]pp' 2>/dev/null | sort)
clang-format --dry-run -Werror "${files[@]}"
echo "lane format: ${#files[@]} files, clang-format $(clang-format --version | grep -o '[0-9.]*' | head -1)"
