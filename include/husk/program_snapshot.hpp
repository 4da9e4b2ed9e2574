#pragma once

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace husk {

/// A signal that ended a program, as the thread was told that took it.
struct FatalSignal {
    int signal = 0;       ///< Linux's number
    int code = 0;         ///< si_code: SEGV_MAPERR, SI_USER …
    GuestVirt address{};  ///< si_addr, if an instruction caused it
    /// The processor's exception that became this signal; nothing: none did, it was sent.
    std::optional<x86::Exception> exception{};
    bool operator==(const FatalSignal&) const = default;
};

/// A thread of a program that stands still.
struct ThreadSnapshot {
    int id = 0;                 ///< as the program knows it; 0: it has none yet, as it has not run
    x86::Registers registers;   ///< of ring 3
    std::uint64_t fs_base = 0;  ///< where its thread-local storage is
    std::uint64_t gs_base = 0;
    /// x87 and vector registers, as XSAVE's standard format has them; nothing of a program that has not run.
    std::vector<std::byte> vectors{};
    std::optional<FatalSignal> ended_by{};  ///< the program ended by this signal, which the thread took
    std::vector<std::byte> information{};   ///< all that it was told with that: Linux's siginfo_t
    /// Where RIP is, "main+0x12 (prog)", by the symbols of the file whose code that is: empty if there are none, if the file cannot
    /// be read any more or is another now, or if the program does not own its process.
    std::string symbol{};
};

/// What of a program's address space was mapped in one way.
struct MappedArea {
    GuestVirt begin{};
    std::uint64_t size = 0;  ///< bytes
    bool readable = false;
    bool writable = false;
    bool executable = false;
    bool shared = false;  ///< what is written to it, others see
    std::uint64_t file_offset = 0;
    std::string name{};  ///< the file as the program named it, "[heap]", "[stack]", or nothing
    /// Bytes that it has written to, and the host has given it pages of its own for; nothing if the host does not tell.
    std::optional<std::uint64_t> touched{};

    bool holds(GuestVirt at) const { return at >= begin && at.value - begin.value < size; }
};

/// A program that stands still: before its first instruction, or after its last.
struct ProgramSnapshot {
    std::vector<ThreadSnapshot> threads;  ///< of one that has ended: those that were there then
    std::vector<MappedArea> areas;        ///< by rising address
};

}  // namespace husk
