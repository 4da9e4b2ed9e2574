#!/bin/bash
# Debian's stock cloud kernel for the nested lane (tools/nested.sh), without installing it.
#   fetch-kernel.sh DIRECTORY           unpacks the kernel package under DIRECTORY unless one is found
#   fetch-kernel.sh --found DIRECTORY   prints the paths of a kernel image and of its modules' directory, on two lines; status 1
#                                       if there is none. The system's own is taken first: /boot and /lib/modules.
# Unpacked, not installed: installing a kernel adds it to the boot menu and builds an initial RAM disk for it.
set -eu

# The newest kernel below a root directory that has both an image anyone may read and the kvm-amd module.
find_kernel() {
    local root=$1 modules image
    for modules in $(printf '%s\n' "$root"/lib/modules/*-amd64 | sort -rV); do
        image=$root/boot/vmlinuz-${modules##*/}
        if [ -r "$image" ] && compgen -G "$modules/kernel/arch/x86/kvm/kvm-amd.ko*" >/dev/null; then
            printf '%s\n%s\n' "$image" "$modules/kernel"
            return
        fi
    done
    return 1
}

if [ "${1:-}" = --found ]; then
    find_kernel '' || find_kernel "$2"
    exit
fi
[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
directory=$1
! find_kernel "$directory" >/dev/null || exit 0

command -v apt-get >/dev/null || { echo "fetch-kernel: no apt-get here" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod a+rx "$work"
apt_lists=()
# linux-image-cloud-amd64 is empty and depends on the kernel of the day.
find_package() {
    apt-cache "${apt_lists[@]}" depends linux-image-cloud-amd64 2>/dev/null |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1
}
package=$(find_package)
if [ -z "$package" ]; then
    # A fresh container has no package lists yet; lists of our own need no root.
    mkdir -p "$work/lists/partial"
    apt_lists=(-o Dir::State::lists="$work/lists" -o APT::Sandbox::User="$(id -un)")
    apt-get -qq "${apt_lists[@]}" update
    package=$(find_package)
fi
[ -n "$package" ] || { echo "fetch-kernel: apt knows no linux-image-cloud-amd64" >&2; exit 1; }
(cd "$work" && apt-get -qq "${apt_lists[@]}" -o APT::Sandbox::User="$(id -un)" download "$package")

rm -rf "$directory"
mkdir -p "$directory"
dpkg -x "$work"/linux-image-*.deb "$directory"
find_kernel "$directory" >/dev/null || { echo "fetch-kernel: $package has no kernel image with kvm-amd" >&2; exit 1; }
