#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>

/// How the trace sees a guest's memory: through a function that copies it, and never at all of what a guest says there is.
namespace husk::program {

/// Copies the bytes at a guest address; false if any of them cannot be read.
using Reader = std::function<bool(std::uint64_t at, std::span<std::byte> into)>;

/// How much of anything is printed. What is left out is shown as "...".
struct Limits {
    std::size_t text = 32;      ///< bytes of a buffer or of a string that is no path
    std::size_t elements = 32;  ///< of an array
};

/// What prints something in guest memory is given this.
struct Look {
    const Reader& read;
    const Limits& limits;
};

/// The value of type T at a guest address.
template <typename T>
requires std::is_trivially_copyable_v<T> std::optional<T> read_as(const Reader& read, std::uint64_t at)
{
    T value{};
    if (!read(at, std::as_writable_bytes(std::span{&value, 1}))) return std::nullopt;
    return value;
}

}  // namespace husk::program
