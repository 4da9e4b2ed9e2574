#pragma once

#include "program/files/facts.hpp"
#include "program/files/tree.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace husk::program {

/// Puts the part of /proc and /sys that programs need into the namespace. None of it is the host's own file: what is the program's
/// is made by Husk, what is the machine's is read from the host and handed over as bytes.
///
///     the program's   /proc/self (also by id, and as thread-self): exe, cwd, root, fd, maps, cmdline, environ, comm, auxv, stat,
///                     statm, status, limits, mounts, mountinfo, cgroup
///     the host's      /proc: cpuinfo, meminfo, stat, uptime, loadavg, version, sys/kernel/osrelease, …: kHostFiles in proc.cpp
///     fixed           /proc/filesystems, /proc/sys/kernel/ostype, /proc/sys/vm/mmap_min_addr …
///     shortcuts       /dev/stdin, /dev/stdout, /dev/stderr, /dev/fd, /proc/mounts
///
/// Each is made when it is opened and does not change while it is open.
void put_proc(Node& tree, const Facts& facts, std::function<std::string()> working_directory);

/// The host's files that are read.
std::vector<std::string> host_files_read();

/// /proc/PID of the guest, which /proc/self is a link to.
std::string own_folder(int pid);

}  // namespace husk::program
