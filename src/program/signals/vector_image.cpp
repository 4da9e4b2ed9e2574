#include "program/signals/vector_image.hpp"

#include "program/signals/frame.hpp"
#include "x86/vector_state.hpp"

#include <algorithm>
#include <cstring>

namespace husk::program {

namespace {

// SDM Vol. 1, "XSAVE Area" (13.4), in bytes.
constexpr std::size_t kFcw = 0, kMxcsr = 24, kRegisters = 32, kXmm = 160, kSoftware = 416, kHeader = 512;
constexpr std::size_t kFormat = kHeader + 8, kExtended = kHeader + 64;
constexpr std::uint64_t kX87 = 1, kSse = 2, kAvx = 4;  // bits of XCR0

using Bytes = std::span<std::byte>;

void clear(Bytes image, std::size_t begin, std::size_t end)
{
    std::ranges::fill(image.subspan(begin, end - begin), std::byte{});
}

/// x87 as FNINIT leaves it.
void reset_x87(Bytes image)
{
    clear(image, kFcw, kMxcsr);
    clear(image, kRegisters, kXmm);
    x86::store_at(image, kFcw, x86::kInitialFcw);
}

/// Makes explicit what the header leaves to the processor, so that whoever loads the image need not know these rules: SDM Vol. 1,
/// "Operation of XRSTOR" (13.8).
void settle(Bytes image, std::uint64_t present, std::uint64_t wanted)
{
    if ((present & kX87) == 0) reset_x87(image);
    if ((present & kSse) == 0) clear(image, kXmm, kSoftware);
    if ((wanted & (kSse | kAvx)) == 0) x86::store_at(image, kMxcsr, x86::kInitialMxcsr);
    clear(image, kSoftware, kHeader);
    x86::store_at(image, kHeader, present | kX87 | kSse);
}

/// The kernel's notes say that the whole image is there.
bool is_extended(const VectorStateNote& note, std::size_t size)
{
    return note.magic == VectorStateNote::kMagic && note.size >= kExtended && note.size <= size && note.size <= note.extended_size;
}

}  // namespace

std::vector<std::byte> initial_vector_state(std::size_t size)
{
    std::vector<std::byte> image(std::max(size, kExtended));
    settle(image, 0, 0);
    return image;
}

namespace image {

std::size_t size_in_frame(std::size_t size)
{
    return size + sizeof VectorStateNote::kEndMagic;
}

std::vector<std::byte> for_frame(std::span<const std::byte> state, std::uint64_t states)
{
    std::vector<std::byte> image(state.begin(), state.end());
    // As the kernel does, for programs that change x87 and SSE registers without saying so in the header.
    x86::store_at(Bytes{image}, kHeader, x86::load_at<std::uint64_t>(image, kHeader) | kX87 | kSse);
    x86::store_at(Bytes{image}, VectorStateNote::kOffset,
                  VectorStateNote{.magic = VectorStateNote::kMagic,
                                  .extended_size = static_cast<std::uint32_t>(size_in_frame(state.size())),
                                  .states = states | kX87 | kSse,  // which every processor has, whatever XCR0 says
                                  .size = static_cast<std::uint32_t>(state.size())});
    image.resize(size_in_frame(state.size()));
    x86::store_at(Bytes{image}, state.size(), VectorStateNote::kEndMagic);
    return image;
}

std::optional<std::vector<std::byte>> from_frame(const UserMemory& memory, GuestVirt at, std::uint64_t states, std::size_t size)
{
    std::vector<std::byte> image = initial_vector_state(size);
    const Bytes legacy = Bytes{image}.first(kHeader);
    if (at.value == 0) return image;
    if (!memory.read(at, legacy)) return std::nullopt;

    const auto note = x86::load_at<VectorStateNote>(image, VectorStateNote::kOffset);
    if (is_extended(note, size)) {
        std::vector<std::byte> rest(size_in_frame(note.size) - kHeader);
        if (!memory.read({at.value + kHeader}, rest)) return std::nullopt;
        if (x86::load_at<std::uint32_t>(rest, note.size - kHeader) == VectorStateNote::kEndMagic) {
            std::copy_n(rest.begin(), note.size - kHeader, image.begin() + kHeader);
            const auto present = x86::load_at<std::uint64_t>(image, kHeader);
            const Bytes reserved = Bytes{image}.subspan(kFormat, kExtended - kFormat);
            if ((present & ~(states | kX87 | kSse)) != 0 ||
                std::ranges::any_of(reserved, [](std::byte byte) { return byte != std::byte{}; }))
                return std::nullopt;
            settle(image, present & note.states, note.states);
            return image;
        }
    }
    settle(image, kX87 | kSse, kX87 | kSse);
    return image;
}

}  // namespace image

}  // namespace husk::program
