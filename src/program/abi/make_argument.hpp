#pragma once

#include "program/abi/argument.hpp"

/// Short words for the rows of the table. Included by the table only.
namespace husk::program::make {

constexpr Argument plain(Kind kind, std::string_view name)
{
    return {kind, name, Names::None, Shape::None, kNoLength};
}
constexpr Argument fd(std::string_view name = "fd")
{
    return plain(Kind::Fd, name);
}
constexpr Argument dir(std::string_view name = "dirfd")
{
    return plain(Kind::DirFd, name);
}
constexpr Argument path(std::string_view name = "pathname")
{
    return plain(Kind::Path, name);
}
constexpr Argument text(std::string_view name)
{
    return plain(Kind::Text, name);
}
constexpr Argument num(std::string_view name)
{
    return plain(Kind::Int, name);
}
constexpr Argument uns(std::string_view name)
{
    return plain(Kind::Unsigned, name);
}
constexpr Argument lng(std::string_view name)
{
    return plain(Kind::Long, name);
}
constexpr Argument size(std::string_view name)
{
    return plain(Kind::Size, name);
}
constexpr Argument offset(std::string_view name = "offset")
{
    return plain(Kind::Offset, name);
}
constexpr Argument hex(std::string_view name)
{
    return plain(Kind::Hex, name);
}
constexpr Argument ptr(std::string_view name = "addr")
{
    return plain(Kind::Address, name);
}
constexpr Argument mode(std::string_view name = "mode")
{
    return plain(Kind::Mode, name);
}
constexpr Argument pid(std::string_view name = "pid")
{
    return plain(Kind::Pid, name);
}
constexpr Argument id(std::string_view name)
{
    return plain(Kind::Id, name);
}
constexpr Argument signal(std::string_view name = "sig")
{
    return plain(Kind::Signal, name);
}
constexpr Argument flags(std::string_view name, Names names)
{
    return {Kind::Flags, name, names, Shape::None, kNoLength};
}
constexpr Argument in_bytes(std::string_view name, std::uint8_t length)
{
    return {Kind::InBytes, name, Names::None, Shape::None, length};
}
constexpr Argument out_bytes(std::string_view name, std::uint8_t length = kResultIsLength)
{
    return {Kind::OutBytes, name, Names::None, Shape::None, length};
}
/// Bytes that are no text.
constexpr Argument plain_bytes(std::string_view name)
{
    return {Kind::OutBytes, name, Names::None, Shape::Hexadecimal, kResultIsLength};
}
constexpr Argument in(std::string_view name, Shape shape, std::uint8_t length = kNoLength)
{
    return {Kind::InStruct, name, Names::None, shape, length};
}
constexpr Argument out(std::string_view name, Shape shape, std::uint8_t length = kNoLength)
{
    return {Kind::OutStruct, name, Names::None, shape, length};
}
constexpr Argument inout(std::string_view name, Shape shape, std::uint8_t length = kNoLength)
{
    return {Kind::InOutStruct, name, Names::None, shape, length};
}

}  // namespace husk::program::make
