#pragma once

#include "support/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace husk::test {

/// Makes an /etc/ld.so.cache as glibc's ldconfig does; structures by sysdeps/generic/dl-cache.h.
struct CacheBuilder {
    struct Header {
        char magic[20] = {'g', 'l', 'i', 'b', 'c', '-', 'l', 'd', '.', 's', 'o', '.', 'c', 'a', 'c', 'h', 'e', '1', '.', '1'};
        std::uint32_t count = 0;
        std::uint32_t strings = 0;
        std::uint8_t flags = 2;  // little-endian
        std::uint8_t padding[3] = {};
        std::uint32_t extensions = 0;
        std::uint32_t unused[3] = {};
    };
    struct Record {
        std::uint32_t flags = 0x0303;
        std::uint32_t key = 0;
        std::uint32_t value = 0;
        std::uint32_t osversion = 0;
        std::uint64_t hwcap = 0;
    };
    struct Entry {
        std::string name;
        std::string path;
        std::uint64_t hwcap = 0;
        std::uint32_t flags = 0x0303;  ///< a library of x86-64, for glibc
    };

    std::vector<Entry> entries{};

    static constexpr std::size_t record_at(std::size_t index) { return sizeof(Header) + index * sizeof(Record); }

    std::vector<std::byte> build() const
    {
        std::vector<std::byte> file(record_at(entries.size()));
        const auto strings_at = file.size();
        const auto add = [&](const std::string& text) {
            const auto at = file.size();
            for (const char letter : text) file.push_back(static_cast<std::byte>(letter));
            file.push_back(std::byte{0});
            return static_cast<std::uint32_t>(at);
        };
        for (std::size_t i = 0; i < entries.size(); ++i) {
            Record record{.flags = entries[i].flags, .hwcap = entries[i].hwcap};
            record.key = add(entries[i].name);
            record.value = add(entries[i].path);
            put(file, record_at(i), record);
        }
        Header header;
        header.count = static_cast<std::uint32_t>(entries.size());
        header.strings = static_cast<std::uint32_t>(file.size() - strings_at);
        put(file, 0, header);
        return file;
    }
};
static_assert(sizeof(CacheBuilder::Header) == 48 && sizeof(CacheBuilder::Record) == 24);

}  // namespace husk::test
