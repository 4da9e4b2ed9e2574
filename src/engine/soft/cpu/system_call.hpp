#pragma once

#include <husk/x86.hpp>

#include <tl/expected.hpp>

#include <cstdint>

/// SYSCALL and SYSENTER, which Unicorn only skips. (It has SYSRET and SYSEXIT.)
namespace husk::soft {

/// The registers that say where they go. SDM Vol. 3A, "Fast System Calls in 64-Bit Mode" (5.8.8).
struct SystemCallRegisters {
    std::uint64_t star = 0, lstar = 0, fmask = 0;
    std::uint64_t sysenter_cs = 0, sysenter_esp = 0, sysenter_eip = 0;
};

/// The state after the instruction at hand, which `next` follows; or the exception that it raises instead.
tl::expected<x86::State, x86::Exception> system_call(const x86::State& state, const SystemCallRegisters& msrs, std::uint64_t next);
tl::expected<x86::State, x86::Exception> system_enter(const x86::State& state, const SystemCallRegisters& msrs);

}  // namespace husk::soft
