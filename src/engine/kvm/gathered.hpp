#pragma once

#include "engine/exit.hpp"

#include <husk/address.hpp>

#include <linux/kvm.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace husk::kvm {

/// struct kvm_coalesced_mmio_ring, which fills one page. Written out because the kernel's header, read as C++, puts its flexible
/// array eight bytes too far.
struct WriteRing {
    std::uint32_t first;  ///< we move it
    std::uint32_t last;   ///< the kernel moves it
    std::array<kvm_coalesced_mmio, (kPageSize - 2 * sizeof(std::uint32_t)) / sizeof(kvm_coalesced_mmio)> entries;
};
static_assert(offsetof(WriteRing, entries) == 8 && sizeof(WriteRing) <= kPageSize);

/// The ring in which KVM gathers port writes instead of leaving the guest for each: api.rst, "KVM_(UN)REGISTER_COALESCED_MMIO".
/// While the vCPU is out of the guest nothing but us touches it.
class GatheredWrites {
public:
    GatheredWrites() = default;
    explicit GatheredWrites(WriteRing* ring) : ring_{ring} {}

    /// The oldest writes that go to one port in one width, taken out of the ring as one exit; nothing if the ring is empty. The
    /// exit's data is good until the next call.
    std::optional<engine::exits::PortOut> take();

private:
    WriteRing* ring_ = nullptr;
    std::array<std::byte, std::tuple_size_v<decltype(WriteRing::entries)> * sizeof(kvm_coalesced_mmio::data)> bytes_{};
};

}  // namespace husk::kvm
