#include "program/trace/code_names.hpp"

#include "base/pages.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <array>

namespace husk::program {

std::string CodeNames::at(const MappedCode& code, std::uint64_t address)
try {
    if (code.path.empty() || address < code.begin || address >= code.end) return {};
    const ByteSource* const file = file_of(code);
    return file != nullptr && is_same(*file, code, address) ? modules_.at(address) : std::string{};
} catch (const Error&) {  // it cannot be read
    return {};
}

const ByteSource* CodeNames::file_of(const MappedCode& code)
{
    const auto [found, added] = files_.try_emplace(code.begin);
    if (added) {
        found->second = open_(code.path);
        if (found->second) modules_.add_mapped(code.begin, code.end, code.offset, *found->second, code.path);
    }
    return found->second.get();
}

/// By the page that the address is in, as far as the file goes.
bool CodeNames::is_same(const ByteSource& file, const MappedCode& code, std::uint64_t address) const
{
    const std::uint64_t page = std::max(code.begin, address / kPageSize * kPageSize);
    const std::uint64_t size = std::min(kPageSize - page % kPageSize, code.end - page);
    std::array<std::byte, kPageSize> wanted{}, there{};
    const auto mine = std::span{there}.first(static_cast<std::size_t>(size));
    const std::size_t got = file.read(code.offset + (page - code.begin), std::span{wanted}.first(mine.size()));
    return got > address - page && read_(page, mine) && std::ranges::equal(std::span{wanted}.first(got), mine.first(got));
}

}  // namespace husk::program
