#!/bin/sh
# Runs each program in this directory natively, then as `husk run --engine kvm`, and compares status, stdout and stderr: inside the
# nested machine, whose KVM is a mainstream one and whose shell is busybox. nested.sh SKIPPED...: names of programs not to run, each
# as NAME=WHY with _ for blanks.
# The last line is the lane's summary; exit status 1 if one differs.
ran=0 failed=0 skipped=0
mkdir -p /tmp/scratch
run() { # run NAME OUTPUT COMMAND...: the guest in an empty folder
    name=$1 output=$2
    shift 2
    rm -rf /tmp/scratch && mkdir /tmp/scratch
    (cd /tmp/scratch && env -i PATH=/bin "$@" "/work/$name" /tmp/scratch >"$output.out" 2>"$output.err" </dev/null)
    echo $? >"$output.status"
    # What Husk says itself of what a program does not get.
    grep -v '^husk: .*(ENOSYS)$' "$output.err" >"$output.said"
}

same() {
    for part in status out said; do cmp -s "/tmp/native.$part" "/tmp/husk.$part" || return 1; done
}
for name in *; do
    case $name in husk | *.sh) continue ;; esac
    why=
    for skip in "$@"; do [ "${skip%%=*}" = "$name" ] && why=${skip#*=}; done
    if [ -n "$why" ]; then
        echo "skipped: $name: $(echo "$why" | tr _ ' ')"
        skipped=$((skipped + 1))
        continue
    fi
    run "$name" /tmp/native
    run "$name" /tmp/husk /work/husk run --engine kvm --rw /tmp/scratch --cwd /tmp/scratch --env PATH=/bin --env HUSK=1
    ran=$((ran + 1))
    if ! same; then
        failed=$((failed + 1))
        echo "failed: $name: status $(cat /tmp/husk.status), natively $(cat /tmp/native.status)"
        head -n 5 /tmp/husk.err
    fi
done
echo "lane nested: $ran ran, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
