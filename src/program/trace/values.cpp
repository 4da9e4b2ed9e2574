#include "program/trace/values.hpp"

#include <fcntl.h>

#include "program/abi/names.hpp"
#include "program/abi/signals.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

// What the kernel makes of a register: the type of the argument says how much of it counts.
int as_int(std::uint64_t value)
{
    return static_cast<int>(static_cast<std::uint32_t>(value));
}
std::uint32_t as_unsigned(std::uint64_t value)
{
    return static_cast<std::uint32_t>(value);
}

std::string format_signal(int signal)
{
    const std::string name = name_of_signal(signal);
    return name.empty() ? std::to_string(signal) : name;
}

std::string format_id(std::uint32_t id)
{
    constexpr std::uint32_t kNone = 0xFFFF'FFFF;
    return id == kNone ? "-1" : std::to_string(id);
}

}  // namespace

std::string format_value(const Argument& argument, std::uint64_t value)
{
    switch (argument.kind) {
        case Kind::DirFd: return as_int(value) == AT_FDCWD ? "AT_FDCWD" : std::to_string(as_int(value));
        case Kind::Fd:
        case Kind::Int:
        case Kind::Pid: return std::to_string(as_int(value));
        case Kind::Unsigned: return std::to_string(as_unsigned(value));
        case Kind::Long:
        case Kind::Offset: return std::to_string(static_cast<std::int64_t>(value));
        case Kind::Size: return std::to_string(value);
        case Kind::Hex: return hexadecimal(value);
        case Kind::Flags: return describe(argument.names, value);
        case Kind::Mode: return octal(as_unsigned(value) & 0xFFFF);  // umode_t
        case Kind::FileMode: return file_mode(as_unsigned(value) & 0xFFFF);
        case Kind::Id: return format_id(as_unsigned(value));
        case Kind::Signal: return format_signal(as_int(value));
        case Kind::Device: return device(as_unsigned(value));
        case Kind::Unused: return {};
        case Kind::Path:
        case Kind::Text:
        case Kind::Address:
        case Kind::InBytes:
        case Kind::OutBytes:
        case Kind::InStruct:
        case Kind::OutStruct:
        case Kind::InOutStruct: return address(value);
    }
    return address(value);
}

}  // namespace husk::program
