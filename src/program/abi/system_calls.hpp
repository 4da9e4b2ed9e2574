#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "program/abi/argument.hpp"

/// The system calls of Linux for x86-64, as data: numbers, names and arguments. arch/x86/entry/syscalls/syscall_64.tbl of Linux
/// 6.10 has the numbers, section 2 of the manual pages the arguments.
namespace husk::program {

inline constexpr std::size_t kMostArguments = 6;

enum class Group : std::uint8_t { Files, Memory, Time, Signals, Threads, Process, Network, System };

/// How to read what a call returns where it is not an error.
enum class Returns : std::uint8_t {
    Decimal,
    Hex,        ///< an address or bits
    Octal,      ///< permissions
    FileFlags,  ///< as open takes them
    FdFlags,    ///< FD_CLOEXEC
    Policy,     ///< of the scheduler
    None,       ///< the call does not return
};

/// The arguments of a call, in order.
class Arguments {
public:
    constexpr Arguments() = default;
    constexpr Arguments(std::initializer_list<Argument> list)
    {
        for (const Argument& argument : list) items_.at(count_++) = argument;
    }
    constexpr std::span<const Argument> all() const { return {items_.data(), count_}; }
    constexpr std::size_t size() const { return count_; }
    constexpr const Argument& operator[](std::size_t index) const { return items_.at(index); }

private:
    std::array<Argument, kMostArguments> items_{};
    std::size_t count_ = 0;
};

struct SystemCall {
    std::uint16_t number = 0;
    std::string_view name;
    Arguments arguments{};
    Returns result = Returns::Decimal;
    Group group = Group::System;
};

/// All of them, by number.
std::span<const SystemCall> call_table();

/// The call of that number; nullptr if Linux 6.10 has none.
const SystemCall* find_call(std::uint64_t number);
/// The call of that name, such as "openat"; nullptr if there is none.
const SystemCall* find_call(std::string_view name);
/// Its name; "syscall_0x1f4" for a number that has none.
std::string name_of_call(std::uint64_t number);

/// "files", "memory" …
std::string_view name(Group group);

/// What a call's arguments and result are, given their values: open has a mode only if it may create, fcntl's third argument
/// depends on its second.
struct Signature {
    std::span<const Argument> arguments;
    Returns result = Returns::Decimal;
};
Signature signature(const SystemCall& call, std::span<const std::uint64_t, kMostArguments> values);

}  // namespace husk::program
