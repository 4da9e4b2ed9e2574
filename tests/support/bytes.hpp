#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace husk::test {

/// Bytes written out, as in bytes(0xB0, 'h', 0xF4).
template <typename... Byte>
constexpr std::array<std::byte, sizeof...(Byte)> bytes(Byte... byte)
{
    return {static_cast<std::byte>(byte)...};
}

/// `size` bytes that are neither zero nor alike.
inline std::vector<std::byte> pattern(std::size_t size)
{
    std::vector<std::byte> filled(size);
    for (std::size_t i = 0; i < size; ++i) filled[i] = static_cast<std::byte>(i % 251 + 1);
    return filled;
}

/// Overwrites what is at `offset` with `value`, as the host (little-endian, as the guest) keeps it.
template <typename Value>
requires std::is_trivially_copyable_v<Value>
void put(std::vector<std::byte>& into, std::size_t offset, const Value& value)
{
    std::memcpy(into.data() + offset, &value, sizeof value);
}

template <typename Value>
requires std::is_trivially_copyable_v<Value> Value get(const std::vector<std::byte>& from, std::size_t offset)
{
    Value value;
    std::memcpy(&value, from.data() + offset, sizeof value);
    return value;
}

}  // namespace husk::test
