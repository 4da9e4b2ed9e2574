#include "x86/vector_state.hpp"

#include <algorithm>

namespace husk::x86 {

bool is_sound_vector_state(std::span<const std::byte> image, std::uint64_t states, std::uint32_t mxcsr_mask)
{
    if (image.size() < VectorState::kLegacySize) return false;
    const auto reserved = image.first(VectorState::kLegacySize).subspan(VectorState::kFormat);
    return (load_at<std::uint32_t>(image, VectorState::kMxcsr) & ~mxcsr_mask) == 0 &&
           (load_at<std::uint64_t>(image, VectorState::kHeader) & ~states) == 0 &&
           std::ranges::all_of(reserved, [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace husk::x86
