#include "program/files/explain.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

namespace husk::program {

namespace {

/// A name as it can be shown: a guest makes up names, and a terminal obeys control characters, also those above ASCII.
std::string shown(const std::string& path)
{
    constexpr unsigned char kDelete = 0x7F;
    std::string text;
    for (const char byte : path) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < ' ' || value >= kDelete || value == '\\')
            text += fmt::format("\\x{:02x}", value);
        else
            text += byte;
    }
    return text;
}

}  // namespace

void Explain::not_granted(const std::string& path, bool change)
{
    if (!sink_) return;
    struct stat status {};
    if (!change && ::lstat(path.c_str(), &status) != 0) return;
    tell(path, shown(path) + " is not granted: " + (change ? "--rw " : "--ro ") + shown(path) + " would allow it");
}

void Explain::read_only(const std::string& path, const Root& root)
{
    if (sink_) tell(path, shown(path) + " is granted for reading only: --rw " + shown(root.host) + " would allow it");
}

void Explain::device(const std::string& path)
{
    if (sink_) tell(path, shown(path) + " is a device, which a folder does not grant: --rw " + shown(path) + " would allow it");
}

void Explain::tell(const std::string& path, const std::string& line)
{
    constexpr std::size_t kMostPaths = 4096;  // a guest can make up names without end
    const std::lock_guard lock{mutex_};
    if (told_.size() < kMostPaths && told_.insert(path).second) sink_(line);
}

}  // namespace husk::program
