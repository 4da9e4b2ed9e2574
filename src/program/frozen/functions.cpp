#include "program/frozen/functions.hpp"

#include "base/file_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace husk::program {

std::string Functions::pack(std::span<const NamedFunction> functions, std::uint64_t bias)
{
    std::string bytes;
    for (const NamedFunction& function : functions) {
        std::array<char, sizeof function.address> word{};
        const std::uint64_t address = function.address + bias;
        std::memcpy(word.data(), &address, sizeof address);
        bytes.append(word.data(), word.size()).append(function.name.c_str(), function.name.size() + 1);
    }
    return bytes;
}

const std::string& Functions::text() const
{
    if (size_ != 0) std::call_once(once_, [this] { read(); });
    return bytes_;
}

std::optional<GuestVirt> Functions::find(std::string_view name) const
{
    if (size_ != 0) std::call_once(once_, [this] { read(); });
    const auto found = std::ranges::lower_bound(by_name_, name, {}, [](const auto& each) { return each.first; });
    if (found == by_name_.end() || found->first != name) return std::nullopt;
    return GuestVirt{found->second};
}

/// Whatever the file holds there: what makes no sense is the end.
void Functions::read() const
{
    const auto regions = image_->regions();
    std::uint64_t offset = image_->offset();
    for (const auto& region : regions.first(regions.size() - 1)) offset += region.size;
    bytes_.resize(static_cast<std::size_t>(std::min(size_, regions.back().size)));
    read_exactly(image_->descriptor(), offset, std::as_writable_bytes(std::span{bytes_}), "read of a frozen program's functions");
    for (std::string_view rest{bytes_}; rest.size() > sizeof(std::uint64_t);) {
        std::uint64_t address = 0;
        std::memcpy(&address, rest.data(), sizeof address);
        rest.remove_prefix(sizeof address);
        const std::size_t end = rest.find('\0');
        if (end == std::string_view::npos) break;
        by_name_.emplace_back(rest.substr(0, end), address);
        rest.remove_prefix(end + 1);
    }
    std::ranges::sort(by_name_);
}

}  // namespace husk::program
