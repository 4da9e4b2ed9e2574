#pragma once

#include "program/calls/handlers.hpp"

#include <span>

namespace husk::program {

/// What descriptor_calls() and information_calls() are made of, a file each.
std::span<const Served> transfer_calls();   ///< read, write and their kin
std::span<const Served> copying_calls();    ///< sendfile, splice …: between two descriptors
std::span<const Served> numbering_calls();  ///< dup, close, pipe, eventfd …: what makes and closes numbers
std::span<const Served> file_calls();       ///< what is asked of and done to an open file
std::span<const Served> attribute_calls();  ///< owner, mode and extended attributes of an open file
std::span<const Served> control_calls();    ///< fcntl, flock
std::span<const Served> device_calls();     ///< ioctl
std::span<const Served> polling_calls();    ///< poll, select
std::span<const Served> epoll_calls();
std::span<const Served> identity_calls();  ///< ids of processes, users, groups
std::span<const Served> limit_calls();     ///< getrlimit, getrusage …
std::span<const Served> scheduling_calls();
std::span<const Served> process_control_calls();  ///< prctl
std::span<const Served> privilege_calls();        ///< capabilities, umask, personality, arch_prctl
std::span<const Served> system_calls();           ///< uname, getrandom, membarrier

}  // namespace husk::program
