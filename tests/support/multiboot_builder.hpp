#pragma once

#include "support/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace husk::test {

/// A multiboot 1 header as the specification draws it.
struct MultibootHeader {
    std::uint32_t magic = 0x1BADB002;
    std::uint32_t flags = 0;
    std::uint32_t checksum = 0;
    std::uint32_t header_addr = 0;
    std::uint32_t load_addr = 0;
    std::uint32_t load_end_addr = 0;
    std::uint32_t bss_end_addr = 0;
    std::uint32_t entry_addr = 0;

    MultibootHeader summed() const
    {
        auto header = *this;
        header.checksum = 0u - magic - flags;
        return header;
    }
};
inline constexpr std::size_t kMultibootHeaderOffset = 0x20;

/// The address fields for a file that is loaded to 1 MiB from its first byte on, as multiboot_file() makes it.
inline MultibootHeader described_header()
{
    return {.flags = 1u << 16, .header_addr = 0x100000 + kMultibootHeaderOffset, .load_addr = 0x100000, .entry_addr = 0x100040};
}

/// A file of 0x100 bytes with `header`, its checksum made right, at kMultibootHeaderOffset.
inline std::vector<std::byte> multiboot_file(const MultibootHeader& header)
{
    auto file = pattern(0x100);
    put(file, kMultibootHeaderOffset, header.summed());
    return file;
}

}  // namespace husk::test
