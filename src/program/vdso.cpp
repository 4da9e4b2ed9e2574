#include "program/vdso.hpp"

#include "base/read_text.hpp"
#include "memory/own_pages.hpp"

#include <sys/auxv.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace husk::program {

namespace {

/// The addresses that a line of /proc/self/maps begins with: "7ffd1000-7ffd2000 r--p 00000000 00:00 0   [vvar]".
std::pair<std::uint64_t, std::uint64_t> range_of(std::string_view line)
{
    constexpr int kHexadecimal = 16;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    const char* const last = line.data() + line.size();
    const auto [dash, error] = std::from_chars(line.data(), last, begin, kHexadecimal);
    if (error == std::errc{} && dash != last) (void)std::from_chars(dash + 1, last, end, kHexadecimal);
    return {begin, end};
}

/// The data may be in more than one piece ([vvar], [vvar_vclock]), right before the code.
Vdso find_vdso()
{
    const std::uint64_t code = ::getauxval(AT_SYSINFO_EHDR);
    if (code == 0) return {};
    const std::string maps = read_text("/proc/self/maps").value_or("");
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    for (std::size_t at = 0; at < maps.size();) {
        const std::size_t line_end = std::min(maps.find('\n', at), maps.size());
        const std::string_view line = std::string_view{maps}.substr(at, line_end - at);
        at = line_end + 1;
        if (line.find("[vvar") == std::string_view::npos && line.find("[vdso]") == std::string_view::npos) continue;
        const auto [from, to] = range_of(line);
        if (from != end) begin = from;
        end = to;
    }
    if (begin >= code || code >= end) return {};
    return {.pages = own_pages(begin, end - begin), .code = code - begin};
}

}  // namespace

Vdso host_vdso()
{
    // It stays where it is for as long as this process lives.
    static const Vdso found = find_vdso();
    return found;
}

std::uint64_t hash_of(const Vdso& vdso)
{
    const auto code = vdso.pages.subspan(static_cast<std::size_t>(vdso.code));
    XXH64_state_t state;
    XXH64_reset(&state, 0);
    XXH64_update(&state, code.data(), code.size());
    return XXH64_digest(&state);
}

}  // namespace husk::program
