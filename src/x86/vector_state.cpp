#include "x86/vector_state.hpp"

#include "base/pages.hpp"

namespace husk::x86 {

bool is_sound_vector_state(std::span<const std::byte> image, std::uint64_t states, std::uint32_t mxcsr_mask)
{
    if (image.size() < VectorState::kLegacySize) return false;
    const auto reserved = image.first(VectorState::kLegacySize).subspan(VectorState::kFormat);
    return (load_at<std::uint32_t>(image, VectorState::kMxcsr) & ~mxcsr_mask) == 0 &&
           (load_at<std::uint64_t>(image, VectorState::kHeader) & ~states) == 0 && all_zero(reserved);
}

bool is_initial_vector_state(std::span<const std::byte> image)
{
    constexpr std::size_t kX87 = 32, kXmm = VectorState::kXmm, kXmmEnd = VectorState::kXmmEnd;
    if (image.size() < VectorState::kLegacySize) return false;
    const auto present = load_at<std::uint64_t>(image, VectorState::kHeader);
    if ((present & ~(kX87State | kSseState)) != 0 || load_at<std::uint32_t>(image, VectorState::kMxcsr) != kInitialMxcsr)
        return false;
    const bool x87 = (present & kX87State) == 0 || (load_at<std::uint16_t>(image, 0) == kInitialFcw &&
                                                    all_zero(image.first(VectorState::kMxcsr).subspan(sizeof kInitialFcw)) &&
                                                    all_zero(image.first(kXmm).subspan(kX87)));
    return x87 && ((present & kSseState) == 0 || all_zero(image.first(kXmmEnd).subspan(kXmm)));
}

}  // namespace husk::x86
