#pragma once

#include "support/program_process.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>

/// A description of calls from which hostile ones are made: each argument in turn replaced by what it must not be.
namespace husk::test {

/// What an argument is, and a good one.
struct Argument {
    enum class Kind : std::uint8_t {
        Number,      ///< `value`
        Descriptor,  ///< `value`, an open one
        Memory,      ///< `size` bytes; null is EFAULT
        Optional,    ///< `size` bytes, or null
        Bytes,       ///< as many as another argument says; some of them may be enough
    };
    Kind kind = Kind::Number;
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    bool written = false;  ///< by the kernel
};

constexpr Argument number(std::uint64_t value)
{
    return {.value = value};
}
constexpr Argument descriptor(int fd)
{
    return {.kind = Argument::Kind::Descriptor, .value = static_cast<std::uint64_t>(fd)};
}
constexpr Argument in(std::uint64_t at, std::uint64_t size)
{
    return {.kind = Argument::Kind::Memory, .value = at, .size = size};
}
constexpr Argument out(std::uint64_t at, std::uint64_t size)
{
    return {.kind = Argument::Kind::Memory, .value = at, .size = size, .written = true};
}
constexpr Argument optional(Argument memory)
{
    memory.kind = Argument::Kind::Optional;
    return memory;
}
constexpr Argument partial(Argument memory)
{
    memory.kind = Argument::Kind::Bytes;
    return memory;
}

struct DescribedCall {
    const char* name;
    long number;
    std::array<Argument, 6> arguments{};
};

/// Tests that have files, memory and something of Husk's that must stay as it is.
class HostileCalls : public ProgramProcess {
protected:
    using ProgramProcess::ProgramProcess;

    /// With good arguments the answer is neither EFAULT nor EBADF; with a bad address or descriptor in any place it is. What is
    /// Husk's is as it was.
    void expect_defended(std::span<const DescribedCall> calls);

private:
    void expect_bad_addresses(const DescribedCall& call, std::size_t index);
    void expect_bad_descriptors(const DescribedCall& call, std::size_t index);
    program::Result with(const DescribedCall& call, std::size_t index, std::uint64_t value);

    std::array<std::byte, 4096> husks_{};  ///< memory of this process, not of the guest's
};

}  // namespace husk::test
