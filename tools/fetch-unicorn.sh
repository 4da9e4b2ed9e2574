#!/bin/bash
# Puts Unicorn >= 2.1 under PREFIX without touching the system: fetch-unicorn.sh PREFIX
#
# Debian 12 ships Unicorn 2.0.1, which maps every guest page to the physical address that equals the virtual one and so runs
# paged guests wrongly, in silence. Debian 13's 2.1.1 needs only libc6 >= 2.34 and is right. apt fetches and verifies the two
# packages in a run of its own (its own lists and cache, Debian's archive key); dpkg unpacks them under PREFIX.
set -eu
[ $# -eq 1 ] || { sed -n '2p' "$0" >&2; exit 2; }
prefix=$1
[ -e "$prefix/.complete" ] && exit 0

command -v apt-get >/dev/null || { echo "fetch-unicorn: no apt-get here; install Unicorn >= 2.1 where CMake finds it (CMAKE_PREFIX_PATH)" >&2; exit 1; }
# The mirror this machine uses, told from other vendors' repositories by its suite.
# shellcheck source=/dev/null
suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
# shellcheck disable=SC2016  # apt expands these
repository=$(apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' | sed -n "s/^$suite main //p" | sort -u | head -1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -n "$repository" ] || { echo "fetch-unicorn: apt knows no Debian repository" >&2; exit 1; }
[ -r "$keyring" ] || { echo "fetch-unicorn: $keyring is missing; apt-get install debian-archive-keyring" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages"
printf 'deb [signed-by=%s] %s trixie main\n' "$keyring" "$repository" >"$work/sources.list"
chmod -R a+rX "$work"

apt_alone() {
    apt-get -qq \
        -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" \
        -o APT::Sandbox::User=root "$@"
}
apt_alone update
(cd "$work/packages" && apt_alone download libunicorn2t64 libunicorn-dev)

rm -rf "$prefix"
mkdir -p "$prefix"
for package in "$work"/packages/*.deb; do dpkg -x "$package" "$prefix"; done
touch "$prefix/.complete"
