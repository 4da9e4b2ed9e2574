#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace husk::test {

/// `size` bytes that are neither zero nor alike.
inline std::vector<std::byte> pattern(std::size_t size)
{
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i % 251 + 1);
    return bytes;
}

/// Overwrites what is at `offset` with `value`, as the host (little-endian, as the guest) keeps it.
template <typename Value>
requires std::is_trivially_copyable_v<Value>
void put(std::vector<std::byte>& bytes, std::size_t offset, const Value& value)
{
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

template <typename Value>
requires std::is_trivially_copyable_v<Value> Value get(const std::vector<std::byte>& bytes, std::size_t offset)
{
    Value value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

}  // namespace husk::test
