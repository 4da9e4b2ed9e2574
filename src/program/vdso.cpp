#include "program/vdso.hpp"

#include "memory/own_pages.hpp"

#include <sys/auxv.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fstream>
#include <sstream>
#include <string>

namespace husk::program {

namespace {

// A line is "7ffd1000-7ffd2000 r--p 00000000 00:00 0   [vvar]". The data may be in more than one piece ([vvar], [vvar_vclock]).
Vdso find_vdso()
{
    const std::uint64_t code = ::getauxval(AT_SYSINFO_EHDR);
    if (code == 0) return {};
    std::ifstream maps{"/proc/self/maps"};
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    for (std::string line; std::getline(maps, line);) {
        const bool data = line.find("[vvar") != std::string::npos;
        if (!data && line.find("[vdso]") == std::string::npos) continue;
        std::istringstream words{line};
        std::uint64_t from = 0;
        std::uint64_t to = 0;
        char dash = 0;
        words >> std::hex >> from >> dash >> to;
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
    const void* const begin = code.empty() ? "" : static_cast<const void*>(code.data());
    return XXH64(begin, code.size(), 0);
}

}  // namespace husk::program
