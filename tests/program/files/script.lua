-- Lua: strings, tables, coroutines, files, errors.
local words = {}
for line in io.lines("prose.txt") do
    for word in line:gmatch("%a+") do
        word = word:lower()
        words[word] = (words[word] or 0) + 1
    end
end
local list = {}
for word, count in pairs(words) do list[#list + 1] = {word, count} end
table.sort(list, function(a, b) return a[2] > b[2] or (a[2] == b[2] and a[1] < b[1]) end)
for i = 1, 6 do print(string.format("%-10s %3d", list[i][1], list[i][2])) end

local function numbers(limit)
    return coroutine.wrap(function()
        for i = 1, limit do coroutine.yield(i, i * i) end
    end)
end
for a, b in numbers(4) do io.write(a, " ", b, "\n") end

print(pcall(error, {code = 3}) == false, select(2, pcall(function() error("message", 0) end)))
print(os.date("!%Y-%m-%d %H:%M:%S", 1000000000), math.type(3 // 2), 7 // 2.0, 1 << 40, 0x7fffffffffffffff + 1)
print(string.pack("<i4", -2):byte(1, -1))
print(("abc"):rep(3, "-"), ("hello world"):gsub("o", "0"), utf8.char(8364, 228), utf8.len("äöü"))
local file = assert(io.open("lua.txt", "w"))
for i = 1, 1000 do file:write(i, "\n") end
file:close()
file = io.open("lua.txt")
file:seek("set", 2000)
print(file:read("l"), file:read("n"), file:seek("end"))
file:close()
print(os.rename("lua.txt", "renamed.txt"), os.remove("none"))
collectgarbage()
local weak = setmetatable({}, {__mode = "k"})
for _ = 1, 1000 do weak[{}] = true end
collectgarbage()
print(next(weak), os.getenv("LC_ALL"), io.read("a"))
os.exit(5, true)
