#include "proc.hpp"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace husk::bench {
namespace {

/// The number after `key` in a file of "key: number kB" lines.
std::int64_t field(const char* path, std::string_view key)
{
    std::ifstream file{path};
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return std::stoll(line.substr(key.size()));
    throw std::runtime_error(std::string{path} + " has no " + std::string{key});
}

}  // namespace

Resident resident_now()
{
    constexpr const char* kRollup = "/proc/self/smaps_rollup";
    return {.rss = field(kRollup, "Rss:"),
            .pss = field(kRollup, "Pss:"),
            .own = field(kRollup, "Private_Clean:") + field(kRollup, "Private_Dirty:")};
}

std::int64_t merged_pages()
{
    return number_in("/proc/self/ksm_merging_pages");
}

std::int64_t number_in(const std::string& path)
{
    std::ifstream file{path};
    std::int64_t number = 0;
    if (!(file >> number)) throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), path);
    return number;
}

}  // namespace husk::bench
