#pragma once

#include "program/frozen/descriptor_info.hpp"
#include "program/frozen/descriptors.hpp"
#include "program/process/process.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <span>
#include <string>
#include <vector>

/// What the files that capture descriptors share.
namespace husk::program {

/// A descriptor as it is.
struct OpenDescriptor {
    int number = -1;
    struct stat status {};
    int flags = 0;        ///< F_GETFL's
    std::string name{};   ///< as the kernel's link in /proc/…/fd has it
    std::string leads{};  ///< the same for a reader: the guest's path, if it has one

    bool reference() const { return (flags & O_PATH) != 0; }
    bool reads() const { return !reference() && (flags & O_ACCMODE) != O_WRONLY; }
    bool writes() const { return !reference() && (flags & O_ACCMODE) != O_RDONLY; }
    bool same_file(const OpenDescriptor& other) const
    {
        return status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino;
    }
};

struct Capture {
    Process& process;
    std::span<const OpenDescriptor> all;
    std::uint64_t room = kMostKept;  ///< bytes of contents that may still be kept

    DescriptorInfo info(const OpenDescriptor& open) const { return DescriptorInfo::of(process.files.proc_info(), open.number); }
    /// The lowest number that leads to the same pipe or file in memory.
    std::uint32_t object(const OpenDescriptor& open) const;
    /// Why so many bytes cannot be kept; empty if they can.
    std::string take_room(std::uint64_t bytes);
};

// Each fills in its part of `into`, and says why it cannot, or nothing.
std::string capture_file(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_memory(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_pipe(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_signals(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_event(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_timer(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);
std::string capture_epoll(const Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into);

/// Whether an eventfd that has `count` is a semaphore, tried out, for kernels before 6.5, which do not tell: a read takes 1 from a
/// semaphore, and all from any other. Leaves it as it was; `flags` are F_GETFL's.
bool counts_down(int fd, std::uint64_t count, int flags);

}  // namespace husk::program
