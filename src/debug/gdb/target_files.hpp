#pragma once

#include <sys/stat.h>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace husk::debug::gdb {

/// The files that a guest may read, as a debugger sees them: by name each time, so that it holds nothing open. Errors are errnos.
class TargetFiles {
public:
    virtual ~TargetFiles() = default;
    TargetFiles(const TargetFiles&) = delete;
    TargetFiles& operator=(const TargetFiles&) = delete;

    /// What a path leads to, if that is a file that can be read.
    virtual tl::expected<struct stat, int> look(const std::string& path) = 0;
    /// Bytes of what was `known` there, from `offset` on: how many; 0 at its end. ESTALE if it is another file now.
    virtual tl::expected<std::size_t, int> read(const std::string& path, const struct stat& known, std::uint64_t offset,
                                                std::span<std::byte> bytes) = 0;
    /// The text of a link.
    virtual tl::expected<std::string, int> read_link(const std::string& path) = 0;

protected:
    TargetFiles() = default;
};

}  // namespace husk::debug::gdb
