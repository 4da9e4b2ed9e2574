#include "engine/kvm/gathered.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace husk::kvm {

std::optional<engine::exits::PortOut> GatheredWrites::take()
{
    if (ring_ == nullptr) return std::nullopt;
    std::uint32_t first = ring_->first;
    const std::uint32_t last = std::atomic_ref{ring_->last}.load(std::memory_order_acquire);
    if (first == last || std::max(first, last) >= ring_->entries.size()) return std::nullopt;

    const kvm_coalesced_mmio head = ring_->entries[first];
    const auto width = std::clamp<std::size_t>(head.len, 1, sizeof head.data);
    std::size_t used = 0;
    while (first != last) {
        const kvm_coalesced_mmio& entry = ring_->entries[first];
        if (entry.phys_addr != head.phys_addr || entry.len != head.len) break;
        std::memcpy(bytes_.data() + used, entry.data, width);
        used += width;
        first = (first + 1) % static_cast<std::uint32_t>(ring_->entries.size());
    }
    std::atomic_ref{ring_->first}.store(first, std::memory_order_release);
    return engine::exits::PortOut{
        .port = static_cast<std::uint16_t>(head.phys_addr),
        .width = static_cast<std::uint8_t>(width),
        .data = std::span{bytes_}.first(used),
    };
}

}  // namespace husk::kvm
