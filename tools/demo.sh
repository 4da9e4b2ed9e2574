#!/bin/bash
# Builds husk and runs its four built-in guests, from a fresh clone. HUSK_ENGINE=auto|kvm|soft chooses what executes them; further
# arguments go to `husk demo`.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target husk_command
exec build/release/husk demo ${HUSK_ENGINE:+--engine "$HUSK_ENGINE"} "$@"
