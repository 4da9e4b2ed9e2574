#!/bin/bash
# Writes calls.txt beside it: system calls as record.cpp makes them, each with the line that strace writes of it: record.sh
#
# What is recorded holds times and numbers of processes, so that it differs from run to run. Made with strace 6.1 of Debian 12; run
# as root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=/tmp/husk-record
rm -rf "$folder"
mkdir "$folder"
cd "$folder"
g++ -std=c++20 -O1 -static -o ../husk-recorder "$here/record.cpp"
TZ=UTC strace -a 1 -o lines ../husk-recorder
sed '1,/^write(-1, "start"/d; /^write(-1, "end"/,$d' lines > told
awk 'NR == FNR { told[NR] = $0; next } { print } /^result/ { print "line " told[++calls] }' told records > "$here/calls.txt"
rm -rf "$folder" /tmp/husk-recorder
