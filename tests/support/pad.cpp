#include "support/pad.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::test {
namespace {

constexpr unsigned kStride = 7;  // prime to 256: no two neighbours are alike

}  // namespace

Pad::Pad()
{
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<std::byte>(i * kStride);
}

void Pad::read(std::uint64_t offset, std::span<std::byte> data)
{
    accesses_ += fmt::format("r{}@{:03x} ", data.size(), offset);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = offset == 0 ? static_cast<std::byte>(++next_) : bytes_[(offset + i) % bytes_.size()];
}

std::optional<Stop> Pad::write(std::uint64_t offset, std::span<const std::byte> data)
{
    accesses_ += fmt::format("w{}@{:03x}=", data.size(), offset);
    for (std::size_t i = 0; i < data.size(); ++i) {
        accesses_ += fmt::format("{:02x}", static_cast<unsigned>(data[i]));
        bytes_[(offset + i) % bytes_.size()] = data[i];
    }
    accesses_ += ' ';
    return {};
}

}  // namespace husk::test
