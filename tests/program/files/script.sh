# What a shell does by itself, without another process.
set -u
count=0
while IFS=, read -r number town born height; do
    [ "$number" = number ] && continue
    count=$((count + 1))
    case $town in
        [A-D]*) eval "early=\$((\${early:-0} + born))" ;;
        *) eval "late=\$((\${late:-0} + born))" ;;
    esac
done <people.csv
echo "$count $early $late"
fibonacci() {
    local a=0 b=1 i=0 t
    while [ $i -lt "$1" ]; do
        t=$((a + b)); a=$b; b=$t; i=$((i + 1))
    done
    echo "fibonacci $1: $a"
}
fibonacci 60
for name in folder/* *.txt; do
    if [ -d "$name" ]; then echo "$name is a folder"; else echo "$name: ${name##*/} ${name%.txt}"; fi
done
printf '%s %5d %x\n' text 42 255
exec 3>shell.txt
echo "into a file" >&3
echo "more" >>shell.txt
exec 3>&-
read -r line <shell.txt
echo "read: $line"
while read -r line; do echo "input: $line"; done
trap 'echo "at exit"' EXIT
trap 'echo "signal"' USR1
kill -USR1 $$
cd folder && echo "${PWD##*/}"
type cd >/dev/null && echo "built in"
umask 077
: >private.txt
[ none -ef nothing ] || echo "not the same"
echo "$(( (7 * 6) % 50 ))" "${unset:-default}" "${line:+set}"
exit 6
