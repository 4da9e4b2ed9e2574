// x87 and SSE registers, in and out as FXSAVE lays them out. SDM Vol. 1, "FXSAVE Area" (10.5.1).
#include "engine/soft/unicorn/emulator.hpp"
#include "engine/soft/unicorn/failure.hpp"
#include "x86/vector_state.hpp"

#include <algorithm>
#include <array>

namespace husk::soft {

namespace {

using x86::VectorState;

/// A register that lies in the image as Unicorn gives it.
struct Field {
    int number;
    std::size_t offset;
    std::size_t size;
};
constexpr std::array kX87{
    // The status word first: it has the top of the stack, by which the registers are counted.
    Field{UC_X86_REG_FPSW, 2, 2}, Field{UC_X86_REG_FPCW, 0, 2}, Field{UC_X86_REG_FOP, 6, 2},
    Field{UC_X86_REG_FIP, 8, 8},  Field{UC_X86_REG_FDP, 16, 8},
};
constexpr std::size_t kTags = 4, kStack = 32, kStackSize = 10, kXmm = 160, kEntry = 16;
constexpr unsigned kStackRegisters = 8, kXmmRegisters = 16;
constexpr std::uint16_t kControlAtReset = 0x037F;

// The tag word has two bits a register, FXSAVE one.
constexpr unsigned kTagBits = 2;
constexpr std::uint64_t kEmpty = 3;

std::byte without_kinds(std::uint64_t tags)
{
    unsigned full = 0;
    for (unsigned i = 0; i < kStackRegisters; ++i)
        if ((tags >> (i * kTagBits) & kEmpty) != kEmpty) full |= 1u << i;
    return static_cast<std::byte>(full);
}

std::uint64_t with_kinds(std::byte full)
{
    std::uint64_t tags = 0;
    for (unsigned i = 0; i < kStackRegisters; ++i)
        if ((std::to_integer<unsigned>(full) >> i & 1) == 0) tags |= kEmpty << (i * kTagBits);
    return tags;
}

/// Unicorn gives registers in sizes of its own, of which these are at least the largest.
using Buffer = std::array<std::byte, 2 * kEntry>;

void read(uc_engine* engine, const Field& field, std::span<std::byte> image)
{
    Buffer buffer{};
    check(uc_reg_read(engine, field.number, buffer.data()), "uc_reg_read");
    std::copy_n(buffer.begin(), field.size, image.begin() + static_cast<std::ptrdiff_t>(field.offset));
}

void write(uc_engine* engine, const Field& field, std::span<const std::byte> image)
{
    Buffer buffer{};
    std::ranges::copy(image.subspan(field.offset, field.size), buffer.begin());
    check(uc_reg_write(engine, field.number, buffer.data()), "uc_reg_write");
}

template <typename Each>
void for_stack(Each each)
{
    for (unsigned i = 0; i < kStackRegisters; ++i)
        each(Field{UC_X86_REG_ST0 + static_cast<int>(i), kStack + kEntry * i, kStackSize});
}

template <typename Each>
void for_xmm(Each each)
{
    for (unsigned i = 0; i < kXmmRegisters; ++i) each(Field{UC_X86_REG_XMM0 + static_cast<int>(i), kXmm + kEntry * i, kEntry});
}

constexpr Field kMxcsr{UC_X86_REG_MXCSR, VectorState::kMxcsr, 4};

}  // namespace

std::vector<std::byte> Emulator::vector_state()
{
    std::vector<std::byte> image(VectorState::kLegacySize);
    const auto get = [&](const Field& field) { read(engine_.get(), field, image); };
    for (const Field& field : kX87) get(field);
    for_stack(get);
    for_xmm(get);
    get(kMxcsr);
    std::uint64_t tags = 0;
    check(uc_reg_read(engine_.get(), UC_X86_REG_FPTAG, &tags), "uc_reg_read");
    image[kTags] = without_kinds(tags);
    x86::store_at(image, VectorState::kMxcsrMask, kMxcsrMask);
    x86::store_at(image, VectorState::kHeader, x86::kX87State | x86::kSseState);
    return image;
}

void Emulator::set_vector_state(std::span<const std::byte> image)
{
    // A state that the header does not name is as at reset.
    std::vector<std::byte> loaded{image.begin(), image.end()};
    const auto states = x86::load_at<std::uint64_t>(image, VectorState::kHeader);
    const std::span legacy{loaded};
    if ((states & x86::kX87State) == 0) {
        std::ranges::fill(legacy.first(VectorState::kMxcsr), std::byte{});
        std::ranges::fill(legacy.subspan(kStack, kXmm - kStack), std::byte{});
        x86::store_at(legacy, 0, kControlAtReset);
    }
    if ((states & x86::kSseState) == 0) std::ranges::fill(legacy.subspan(kXmm, kEntry * kXmmRegisters), std::byte{});

    const auto set = [&](const Field& field) { write(engine_.get(), field, legacy); };
    for (const Field& field : kX87) set(field);
    for_stack(set);
    for_xmm(set);
    set(kMxcsr);
    // Last: Unicorn tags a register that is written to.
    std::uint64_t tags = with_kinds(loaded[kTags]);
    check(uc_reg_write(engine_.get(), UC_X86_REG_FPTAG, &tags), "uc_reg_write");
}

}  // namespace husk::soft
