# awk: fields, arrays, functions, output into files.
BEGIN { FS = "," }
function longest(a, b) { return length(a) > length(b) ? a : b }
NR > 1 {
    count[$2]++
    sum[$2] += $4
    word = longest(word, $2)
    print $1, $3 > ("awk_" ($3 < 1970 ? "old" : "young") ".txt")
}
END {
    for (town in count) names[++n] = town
    for (i = 2; i <= n; ++i)
        for (j = i; j > 1 && names[j - 1] > names[j]; --j) { t = names[j]; names[j] = names[j - 1]; names[j - 1] = t }
    for (i = 1; i <= n; ++i) printf "%-8s %3d %.4f\n", names[i], count[names[i]], sum[names[i]] / count[names[i]]
    print word, substr("abcdef", 2, 3), index("hello", "l"), toupper("x"), 2 * 40, int(-3.7)
    text = "a-b-c"
    gsub(/-/, "+", text)
    print text, match("foobar", /o+/), RSTART, RLENGTH, split("1:2:3", parts, ":"), sprintf("%05.1f|%x", 3.14159, 255)
    exit 4
}
