#pragma once

#include "base/unique_fd.hpp"
#include "program/sandbox/kernel.hpp"

#include <cstdint>
#include <string>

namespace husk::program {

/// Files that stay reachable: a file, or a folder with all beneath it.
struct Reachable {
    std::string path;     ///< of the host; only named in errors if there is a descriptor
    int descriptor = -1;  ///< an open one of it, O_PATH will do; -1: `path` is opened
    enum class Way : std::uint8_t {
        Read,
        Write,        ///< and read; a folder's entries may be made, renamed and removed
        RemoveFolder  ///< nothing but to remove empty folders beneath, and none of that for a file: for one that is Husk's own
    };
    Way way = Way::Read;
};

/// A list of what stays reachable by name, and then the end of all else: files, TCP, abstract sockets and signals of other
/// processes, as far as this kernel's Landlock knows to forbid them. What is open already stays open.
class Landlock {
public:
    /// Throws Error naming the call if this kernel has no Landlock, or it is off.
    explicit Landlock(SandboxKernel& kernel = SandboxKernel::host());

    /// The kernel's ABI, from 1.
    int abi() const { return abi_; }

    /// Throws Error naming the path if there is no such file.
    void allow(const Reachable& file);

    /// For where others will take the numbers up to `line`.
    void keep_descriptor_above(int line) { ruleset_.move_above(line); }

    /// From now on, for the calling thread and all threads and processes that it starts, and for good. Needs no-new-privileges (or
    /// CAP_SYS_ADMIN). Throws Error.
    void restrict_this_thread();

private:
    SandboxKernel& kernel_;
    int abi_ = 0;
    LandlockHandled handled_;
    UniqueFd ruleset_;
};

}  // namespace husk::program
