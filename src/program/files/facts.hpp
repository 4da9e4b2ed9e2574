#pragma once

#include "program/space/space.hpp"

#include <husk/program.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace husk::program {

/// What the program's own part of /proc is made of.
struct Facts {
    const ProgramConfig& config;
    const Space& space;
    int pid = 0;                  ///< the guest's id of itself
    std::string program;          ///< the guest's path of what runs; for a script, of its interpreter
    std::vector<std::byte> auxv;  ///< as it lies on the stack
    std::function<unsigned()> threads = [] { return 1U; };
    /// The name that its first thread has given itself; empty: none.
    std::function<std::string()> name = [] { return std::string{}; };
    /// The device and the inode of a file by the guest's path; zeroes if it cannot be said.
    struct Identity {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
    };
    std::function<Identity(const std::string&)> identity = [](const std::string&) { return Identity{}; };
};

/// The files of /proc/self, each as the kernel formats it. All tell of the program and its address space; times, limits and ids
/// other than its own are those of Husk's process, which are the program's, too.
namespace self {
std::string maps(const Facts& facts);
std::string command_line(const Facts& facts);
std::string environment(const Facts& facts);
std::string command(const Facts& facts);  ///< comm
std::string auxv(const Facts& facts);
std::string stat(const Facts& facts);
std::string statm(const Facts& facts);
std::string status(const Facts& facts);
std::string limits(const Facts& facts);
std::string mounts(const Facts& facts);
std::string mount_info(const Facts& facts);
std::string control_groups(const Facts& facts);
}  // namespace self

}  // namespace husk::program
