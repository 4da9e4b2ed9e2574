#!/bin/bash
# Checks the project's shell scripts with shellcheck.
set -eu
cd "$(dirname "$0")/.."
command -v shellcheck >/dev/null || { echo "lane shell: skipped: no shellcheck"; exit 77; }
mapfile -t files < <(find tools tests bench .ci -type f \( -name '*.sh' -o -path .ci/run \) 2>/dev/null | sort)
shellcheck "${files[@]}"
echo "lane shell: ${#files[@]} scripts"
