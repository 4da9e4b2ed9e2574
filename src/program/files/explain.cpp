#include "program/files/explain.hpp"

#include <sys/stat.h>

namespace husk::program {

void Explain::not_granted(const std::string& path, bool change)
{
    if (!sink_) return;
    struct stat status {};
    if (!change && ::lstat(path.c_str(), &status) != 0) return;
    tell(path, path + " is not granted: " + (change ? "--rw " : "--ro ") + path + " would allow it");
}

void Explain::read_only(const std::string& path, const Root& root)
{
    if (sink_) tell(path, path + " is granted for reading only: --rw " + root.host + " would allow it");
}

void Explain::device(const std::string& path)
{
    if (sink_) tell(path, path + " is a device, which a folder does not grant: --rw " + path + " would allow it");
}

void Explain::tell(const std::string& path, const std::string& line)
{
    constexpr std::size_t kMostPaths = 4096;  // a guest can make up names without end
    const std::lock_guard lock{mutex_};
    if (told_.size() < kMostPaths && told_.insert(path).second) sink_(line);
}

}  // namespace husk::program
