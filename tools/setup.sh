#!/bin/bash
# Makes this machine (Debian 12) able to build or to test Husk: setup.sh build|test
#   build   compiler, libraries, Unicorn: all that tools/demo.sh needs
#   test    the above, and what tools/test.sh needs: clang's tools, gdb, QEMU and a stock kernel for the nested lane
# Installs only what is missing and changes nothing when nothing is. The kernel and Unicorn are unpacked under build/, not
# installed: a machine's boot menu is not ours to change, nor its libraries.
set -eu
cd "$(dirname "$0")/.."

build_packages=(g++ cmake ninja-build ccache pkg-config libfmt-dev libcli11-dev nlohmann-json3-dev rapidjson-dev libexpected-dev libcapstone-dev libxxhash-dev libzstd-dev
    libseccomp-dev libgtest-dev libgmock-dev libbenchmark-dev)
test_packages=(gdb clang clang-format clang-tidy shellcheck libclang-rt-14-dev qemu-system-x86 busybox-static cpio
    # what tests/program runs under husk
    musl-tools golang-go rustc nodejs python3 perl lua5.4 sqlite3 gawk mawk bash dash bzip2 xz-utils zstd)

case ${1:-} in
    build) wanted=("${build_packages[@]}") ;;
    test) wanted=("${build_packages[@]}" "${test_packages[@]}") ;;
    *)
        sed -n '2,4s/^# //p' "$0" >&2
        exit 2
        ;;
esac

# What an administrator runs as root: directly in a container, through sudo on a desktop.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
    local package
    for package in "${wanted[@]}"; do
        [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

install_packages() {
    local packages
    read -ra packages <<<"$1"
    echo "setup: installing ${packages[*]}"
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "setup: needs root. Run as root: apt-get install --no-install-recommends ${packages[*]}" >&2
        exit 1
    fi
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0) log
    log=$(mktemp)
    # An update that fails is not the end: the lists that are there may do.
    as_root "${apt[@]}" update >"$log" 2>&1 || true
    if ! as_root "${apt[@]}" install --no-install-recommends -y "${packages[@]}" >>"$log" 2>&1; then
        tail -n 5 "$log" >&2
        rm "$log"
        echo "setup: apt could not install: ${packages[*]}" >&2
        echo "setup: is there a network, and does /etc/apt name a Debian mirror? Then run this again." >&2
        exit 1
    fi
    rm "$log"
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: this is not Debian. Install what these Debian packages hold: ${wanted[*]}" >&2
    exit 1
fi
changed=
missing=$(missing_packages)
if [ -n "$missing" ]; then
    install_packages "$missing"
    changed=yes
fi

# Neither of these two stops a build: without Unicorn CMake leaves the soft engine out, without a kernel the nested lane is
# skipped, and both say so.
if [ ! -e build/unicorn/.complete ]; then
    echo "setup: fetching Unicorn"
    changed=yes
    tools/fetch-unicorn.sh build/unicorn || echo "setup: no Unicorn: building for KVM only, without the soft engine" >&2
fi
if [ "$1" = test ] && ! tools/fetch-kernel.sh --found build/kernel >/dev/null; then
    echo "setup: fetching Debian's kernel for the nested lane"
    changed=yes
    tools/fetch-kernel.sh build/kernel || echo "setup: no kernel: the nested lane will be skipped" >&2
fi
[ -n "$changed" ] || echo "setup: nothing to do"
