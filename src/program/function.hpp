#pragma once

#include "program/process/thread.hpp"

#include <husk/instance.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace husk::program {

/// What a function is called with, laid out below a stack pointer of the program's: bytes that it is given the address of, doubles,
/// what does not fit into registers, and the return address. System V ABI, AMD64 supplement, "Parameter Passing" (3.2.3).
///
///     top   ┌──────────────────────────┐
///           │ red zone                 │  of whoever was interrupted
///           │ bytes of each In, InOut  │  16-aligned
///           │ XMM0 … XMM7              │
///           │ further arguments        │
///     RSP → │ return address           │
///           └──────────────────────────┘
class FunctionFrame {
public:
    FunctionFrame(std::span<const husk::Argument> arguments, std::uint64_t top);

    /// Lowest address that it takes.
    std::uint64_t stack_pointer() const { return stack_pointer_; }
    /// What is to be written from there on.
    std::span<const std::byte> bytes() const { return bytes_; }
    /// What the function begins with at ring 3: at the stub, entry::kFunctionEntry.
    x86::Registers registers(GuestVirt function) const;

    /// The bytes that the function may have changed, and where it has them.
    struct Changed {
        GuestVirt at;
        std::span<std::byte> host;
    };
    std::span<const Changed> changed() const { return changed_; }

private:
    std::int64_t pass(const husk::Argument& argument);
    std::uint64_t place(std::span<const std::byte> bytes);
    void put(std::uint64_t at, std::span<const std::byte> bytes);

    std::uint64_t top_;
    std::uint64_t next_;  ///< where the bytes that were placed last begin
    std::vector<std::int64_t> integers_;
    std::vector<double> reals_;
    std::vector<std::uint64_t> further_;
    std::uint64_t reals_at_ = 0;
    std::uint64_t stack_pointer_ = 0;
    std::vector<std::byte> bytes_;
    std::vector<Changed> changed_;
};

}  // namespace husk::program
