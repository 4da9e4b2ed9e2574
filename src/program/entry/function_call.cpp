#include "program/entry/function_call.hpp"

#include "x86/vector_state.hpp"

#include <husk/guest.h>

#include <algorithm>
#include <cstring>

namespace husk::program::entry {

namespace {

constexpr std::uint8_t byte_of(std::uint32_t word, unsigned index)
{
    constexpr unsigned kByteBits = 8;
    return static_cast<std::uint8_t>(word >> index * kByteBits);
}

/// `restore`: the ModR/M byte of 0F AE with [R14]: /5 is XRSTOR, /1 FXRSTOR.
constexpr auto entry_with(std::uint8_t restore)
{
    return std::to_array<std::uint8_t>({
        0xB8, 0xFF,           0xFF, 0xFF,    0xFF,  // mov eax, -1
        0x89, 0xC2,                                 // mov edx, eax
        0x49, 0x0F,           0xAE, restore,        // xrstor64 or fxrstor64 [r14]
        0x48, 0x89,           0xDA,                 // mov rdx, rbx
        0xB8, kRealArguments, 0,    0,       0,     // mov eax, 8: how many a function with "…" is given at most
        0x41, 0x57,                                 // push r15
        0x41, 0xFF,           0xE3,                 // jmp r11
    });
}
constexpr auto kWithXsave = entry_with(0x2E);
constexpr auto kWithoutXsave = entry_with(0x0E);

/// `leave`: the two bytes of SYSCALL, or of an OUT to kOwnCallPort.
constexpr auto return_by(std::array<std::uint8_t, 2> leave)
{
    return std::to_array<std::uint8_t>({
        0x48,
        0x89,
        0xC6,  // mov rsi, rax
        0x66,
        0x48,
        0x0F,
        0x7E,
        0xC2,  // movq rdx, xmm0
        0xBF,
        HUSK_RETURN,
        0,
        0,
        0,  // mov edi, HUSK_RETURN
        0xB8,
        byte_of(HUSK_CALL, 0),
        byte_of(HUSK_CALL, 1),
        byte_of(HUSK_CALL, 2),
        byte_of(HUSK_CALL, 3),  // mov eax, HUSK_CALL
        leave[0],
        leave[1],  //
        0x0F,
        0x0B,  // ud2: nobody goes on here
    });
}
constexpr auto kReturnBySyscall = return_by({0x0F, 0x05});
constexpr auto kReturnByOut = return_by({0xE6, kOwnCallPort});

static_assert(kFunctionEntry + kWithXsave.size() <= kFunctionReturn && kFunctionReturn + kReturnByOut.size() <= kVectorImage);

}  // namespace

std::span<const std::uint8_t> function_entry(bool xsave)
{
    return xsave ? kWithXsave : kWithoutXsave;
}

std::span<const std::uint8_t> function_return(bool by_port)
{
    return by_port ? kReturnByOut : kReturnBySyscall;
}

std::vector<std::byte> with_real_arguments(std::span<const std::byte> vectors)
{
    using x86::VectorState;
    std::vector<std::byte> image{vectors.begin(), vectors.end()};
    if (image.size() < VectorState::kLegacySize) return image;
    const auto present = x86::load_at<std::uint64_t>(image, VectorState::kHeader);
    // XRSTOR does not look at registers that are said to be as at reset: zero.
    if ((present & x86::kSseState) == 0)
        std::fill(image.begin() + VectorState::kXmm, image.begin() + VectorState::kXmmEnd, std::byte{});
    x86::store_at(std::span{image}, VectorState::kHeader, present | x86::kSseState);
    return image;
}

void write_real_arguments(const Reservation& space, std::span<const double, kRealArguments> reals)
{
    constexpr std::size_t kXmmSize = 16;
    std::byte* to = own_bytes(space, kVectorImage + x86::VectorState::kXmm, reals.size() * kXmmSize).data();
    for (const double real : reals) {
        std::memcpy(to, &real, sizeof real);
        std::memset(to + sizeof real, 0, kXmmSize - sizeof real);
        to += kXmmSize;
    }
}

}  // namespace husk::program::entry
