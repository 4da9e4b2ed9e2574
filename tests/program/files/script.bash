# What bash does by itself, without another process.
declare -A sizes
declare -a lines
mapfile -t lines <people.csv
for line in "${lines[@]:1}"; do
    IFS=, read -r _ town born _ <<<"$line"
    ((sizes[$town]++))
done
for town in Aarau Bern Chur Davos; do printf '%-6s %d\n' "$town" "${sizes[$town]}"; done
[[ "key=value" =~ ^([a-z]+)=(.*)$ ]] && echo "${BASH_REMATCH[2]} of ${BASH_REMATCH[1]}"
text="The quick brown fox"
echo "${text^^} ${text,,} ${text// /_} ${text:4:5} ${#text} ${text@Q}"
shopt -s globstar nullglob extglob
for name in folder/**/*; do echo "$name"; done
printf -v padded '%08.3f' 3.14159
echo "$padded" $((16#ff + 2#1010 ** 2)) {1..5} {a..e..2}
printf '%(%F %T)T\n' 1000000000
cat() { while IFS= read -r line; do echo "$line"; done; }
cat <<END
here is $text
END
cat
trap 'echo "signal $?"' USR2
kill -USR2 $$
exit 9
