#pragma once

#include "support/linux_program.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::test {

/// Makes shared objects, or with an interpreter position-independent programs, of a dynamic section and little else.
struct Library {
    std::vector<std::string> needed{};
    std::string soname{};
    std::optional<std::string> rpath{};
    std::optional<std::string> runpath{};
    std::uint64_t flags_1 = 0;
    std::string interpreter{};
    std::vector<std::pair<std::int64_t, std::uint64_t>> more{};  ///< entries to follow, as they are

    static constexpr std::size_t kStrings = 0x1000;  ///< where the string table is, in the file and in memory

    /// Where the dynamic section is, in the file and in memory.
    std::size_t dynamic_at() const
    {
        std::vector<std::byte> strings;
        dynamic(strings);
        return kStrings + strings.size();
    }

    std::vector<std::byte> build() const
    {
        std::vector<std::byte> contents;
        const auto entries = dynamic(contents);
        const auto strings_size = contents.size();
        contents.insert(contents.end(), entries.begin(), entries.end());
        Elf64Builder elf;
        elf.type = ET_DYN;
        elf.entry = kStrings;
        const auto size = contents.size();
        elf.segments.push_back(
            {.vaddr = kStrings, .bytes = std::move(contents), .memsz = size, .flags = PF_R | PF_W, .align = 0x1000});
        elf.segments.push_back({.type = PT_DYNAMIC,
                                .vaddr = kStrings + strings_size,
                                .memsz = entries.size(),
                                .part = {{kStrings + strings_size, entries.size()}}});
        if (!interpreter.empty()) add_interpreter(elf, interpreter);
        return elf.build();
    }

private:
    /// The section's entries; puts the strings they name into `strings`.
    std::vector<std::byte> dynamic(std::vector<std::byte>& strings) const
    {
        std::vector<std::byte> entries;
        const auto add = [&](std::int64_t tag, std::uint64_t value) {
            const auto at = entries.size();
            entries.resize(at + sizeof(Elf64_Dyn));
            put(entries, at, Elf64_Dyn{.d_tag = tag, .d_un = {.d_val = value}});
        };
        const auto add_string = [&](std::int64_t tag, std::string_view text) {
            add(tag, strings.size());
            for (const char letter : text) strings.push_back(static_cast<std::byte>(letter));
            strings.push_back(std::byte{0});
        };
        strings.push_back(std::byte{0});
        for (const std::string& name : needed) add_string(DT_NEEDED, name);
        if (!soname.empty()) add_string(DT_SONAME, soname);
        if (rpath) add_string(DT_RPATH, *rpath);
        if (runpath) add_string(DT_RUNPATH, *runpath);
        if (flags_1 != 0) add(DT_FLAGS_1, flags_1);
        add(DT_STRTAB, kStrings);
        add(DT_STRSZ, strings.size());
        for (const auto& [tag, value] : more) add(tag, value);
        add(DT_NULL, 0);
        return entries;
    }
};

}  // namespace husk::test
