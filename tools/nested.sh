#!/bin/bash
# Runs programs against a mainstream KVM on any machine: nested.sh 'SHELL COMMAND' FILE...
#
# QEMU's software CPU has AMD-V. It boots Debian's stock kernel, which loads the stock kvm-amd, and the command runs as root with a
# real /dev/kvm. Neither /dev/kvm nor root is needed here. Each FILE (a statically linked program, a guest image) is in the
# directory the command starts in. Exit status: the command's; 77 if something this needs is missing; 125 if the machine died.
#
# Environment: NESTED_TIMEOUT=600 (seconds), NESTED_MEMORY=2048 (MiB), NESTED_KVM_AMD= (module parameters, e.g. npt=0)
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,8s/^# \?//p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
command_text=$1
shift

skip() {
    echo "nested: skipped: $1"
    exit 77
}
command -v qemu-system-x86_64 >/dev/null || skip "no QEMU (Debian package qemu-system-x86)"
command -v cpio >/dev/null || skip "no cpio (Debian package cpio)"
busybox=$(command -v busybox) || skip "no busybox (Debian package busybox-static)"
! ldd "$busybox" >/dev/null 2>&1 || skip "$busybox is not static (Debian package busybox-static)"
kernel=$("$here/fetch-kernel.sh" --found "$here/../build/kernel") || skip "no kernel image with kvm-amd (tools/setup.sh test gets one)"
{ read -r image; read -r modules; } <<<"$kernel"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{bin,proc,sys,dev,tmp,lib,work}
cp "$busybox" "$root/bin/busybox"
# Debian 12 ships modules plain, later ones compressed.
for module in virt/lib/irqbypass arch/x86/kvm/kvm arch/x86/kvm/kvm-amd; do
    file=$modules/$module.ko
    if [ -e "$file" ]; then cp "$file" "$root/lib/"; else xz -dc "$file.xz" >"$root/lib/${module##*/}.ko"; fi
done
for file in "$@"; do cp -L "$file" "$root/work/"; done
printf '%s\n' "$command_text" >"$root/command"

# The whole user space: mounts, three modules, the command, its status, off.
cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
insmod /lib/irqbypass.ko
insmod /lib/kvm.ko
insmod /lib/kvm-amd.ko $(sed -n 's/.*kvm_amd_parameters=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' ')
cd /work && sh /command
echo "nested-status $?"
poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio --create --format newc --quiet | gzip -1) >"$work/initrd.gz"

# One CPU and one thread on purpose: with two and QEMU's default of a thread each, emulated AMD-V now and then shuts down or hangs.
# No mitigations: nothing here is secret, and they cost a software CPU dearly. No AVX: QEMU 7.2 forgets now and then, as it enters a
# nested guest, that the guest has it switched on, and raises #UD.
# shellcheck disable=SC2054  # those commas are QEMU's
machine=(-accel tcg,thread=single -cpu EPYC,+svm,-avx,-avx2,-fma,-f16c -M q35 -smp 1 -m "${NESTED_MEMORY:-2048}"
    -nodefaults -no-user-config -no-reboot -display none -monitor none -serial stdio)
parameters="console=ttyS0 quiet panic=-1 reboot=t mitigations=off nokaslr kvm_amd_parameters=${NESTED_KVM_AMD:-}"
qemu_status=0
timeout "${NESTED_TIMEOUT:-600}" qemu-system-x86_64 "${machine[@]}" -kernel "$image" -initrd "$work/initrd.gz" \
    -append "$parameters" </dev/null 2>"$work/errors" | tr -d '\r' | tee "$work/output" |
    sed -e '/^nested-status /d' -e '/reboot: Power down$/d' || qemu_status=$?
# QEMU lists every CPU feature it does not model; that is expected.
grep -v "warning: TCG doesn't support" "$work/errors" >&2 || true

status=$(sed -n 's/^nested-status //p' "$work/output" | tail -1)
if [ -z "$status" ]; then
    echo "nested: the machine ended without a status (QEMU's was $qemu_status; 124 is a timeout)" >&2
    exit 125
fi
exit "$status"
