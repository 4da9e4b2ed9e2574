#pragma once

#include "base/unique_fd.hpp"

#include <filesystem>

namespace husk::cli {

/// A frozen::Draft of a process that is to be confined, and then may give no file a name: another process, which is not, does that
/// when it is asked to. If it is not asked before this process is gone, there is no file.
class DistantDraft {
public:
    /// Its descriptors lie from `line` on. Before this process has other threads. Throws Error.
    DistantDraft(const std::filesystem::path& path, int line);

    /// Open for writing.
    int fd() const { return fd_.get(); }
    /// Once. Throws Error; then `path` is what it was.
    void publish();

private:
    UniqueFd fd_;
    UniqueFd other_;  ///< a socket to that process
};

}  // namespace husk::cli
