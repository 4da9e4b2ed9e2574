#pragma once

#include "program/entry/function_call.hpp"
#include "program/process/thread.hpp"

#include <husk/instance.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::program {

/// What a function is called with: in registers, and, laid out below a stack pointer of the program's, bytes that it is given the
/// address of and what does not fit into registers. System V ABI, AMD64 supplement, "Parameter Passing" (3.2.3).
///
///     top   ┌──────────────────────────┐
///           │ red zone                 │  of whoever was interrupted
///           │ bytes of each In, InOut  │  16-aligned
///           │ further arguments        │
///     RSP → ├──────────────────────────┤
///           │ return address           │  pushed by the stub
class FunctionFrame {
public:
    FunctionFrame(std::span<const husk::Argument> arguments, std::uint64_t top);

    /// Lowest address that it takes, the return address's.
    std::uint64_t stack_pointer() const { return stack_pointer_ - sizeof(std::uint64_t); }
    /// Where to write bytes(), if there are any.
    std::uint64_t bytes_at() const { return stack_pointer_; }
    std::span<const std::byte> bytes() const { return bytes_; }
    /// XMM0 and on.
    const std::array<double, entry::kRealArguments>& reals() const { return reals_; }
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
    void place_further(std::span<const std::uint64_t> further);

    static constexpr std::size_t kIntegerArguments = 6;

    std::uint64_t top_;
    std::uint64_t next_;  ///< where the bytes that were placed last begin
    std::size_t integer_count_ = 0, real_count_ = 0;
    std::array<std::int64_t, kIntegerArguments> integers_{};
    std::array<double, entry::kRealArguments> reals_{};
    std::uint64_t stack_pointer_ = 0;
    std::vector<std::byte> bytes_;
    std::vector<Changed> changed_;
};

}  // namespace husk::program
