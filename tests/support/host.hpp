#pragma once

#include <filesystem>
#include <iterator>

namespace husk::test {

/// How many file descriptors this process has open: the same before and after what leaks none.
inline std::ptrdiff_t open_files()
{
    return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
}

/// True if the host has something mapped at `address`.
bool is_mapped(const void* address);

}  // namespace husk::test
