#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <string>

namespace husk::program {

/// A folder of Husk's own on the host, for what must be a real folder: a private /tmp, and stand-ins for those that only lead on to
/// grants. It is under TMPDIR if that is set, otherwise under /dev/shm or /tmp. Nobody else's rights reach into it; it is removed
/// at the end, with all that is in it, or when the next one is made there, if its owner was killed: a lock tells which are in use.
class Scratch {
public:
    /// `for_files`: it is to hold files of any size, and so no memory. Throws Error.
    Scratch(int descriptor_line, bool for_files);
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    int fd() const { return fd_.get(); }
    const std::string& path() const { return path_; }

    /// An empty folder in it that has `mode`, whatever the umask. Throws Error.
    void make_folder(const std::string& name, mode_t mode) const;

private:
    std::string path_;
    UniqueFd fd_;
    pid_t maker_;  ///< a child of this process has it, too, and must leave it
};

/// Empties the folder `fd` whatever is in it: links are removed, not followed, folders may be as deep as they like and closed to
/// their owner. False if something could not be removed.
bool empty_folder(int fd);

}  // namespace husk::program
