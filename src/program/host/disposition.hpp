#pragma once

#include <csignal>
#include <cstdint>

namespace husk::program {

using HostHandler = void (*)(int signal, siginfo_t* info, void* context);

/// What the host does with a signal of this process: the kernel's struct sigaction. Set by the kernel's call and not the library's:
/// a sanitizer's wrapper would hold signals back.
struct HostDisposition {
    std::uint64_t handler = 0;  ///< SIG_DFL 0, SIG_IGN 1, or a handler
    std::uint64_t flags = 0;
    std::uint64_t restorer = 0;
    std::uint64_t mask = 0;

    static HostDisposition ignored() { return {.handler = 1}; }
    /// Runs on the thread's alternative stack if it has one; what it interrupts goes on, where that can be.
    static HostDisposition handled_by(HostHandler handler);
    bool is_ignored() const { return handler == 1; }
};

HostDisposition host_disposition(int signal);
void set_host_disposition(int signal, const HostDisposition& disposition);

}  // namespace husk::program
