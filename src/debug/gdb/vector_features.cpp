// x87 and vector registers, out of what XSAVE stores: SDM Vol. 1, "Legacy Region of an XSAVE Area" (13.4.1).
#include "debug/gdb/description.hpp"

#include "x86/vector_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace husk::debug::gdb {

namespace {

constexpr std::size_t kControlWord = 0, kStatusWord = 2, kTagWord = 4, kOpcode = 6, kInstruction = 8, kInstructionSegment = 12,
                      kOperand = 16, kOperandSegment = 20, kStack = 32, kXmm = 160;
constexpr std::size_t kUpperYmm = x86::VectorState::kLegacySize;  // SDM Vol. 1, "Standard Format of an XSAVE Area" (13.4.3)
constexpr std::size_t kSlot = 16, kFloat = 10, kPadded = 4;

/// The area holds that part of the state, which XRSTOR is to load and not to reset.
void use(std::span<std::byte> area, std::uint64_t state_bit)
{
    constexpr std::size_t kUsed = x86::VectorState::kHeader;
    x86::store_at(area, kUsed, x86::load_at<std::uint64_t>(area, kUsed) | state_bit);
}

/// Bytes of the area, at most `used` of the register's own.
DescribedRegister in_area(std::string name, std::size_t size, std::string type, std::size_t at, std::size_t used,
                          std::uint64_t state_bit)
{
    return {std::move(name), size, std::move(type),
            [=](const MachineState& state, std::span<std::byte> value) {
                std::ranges::fill(value, std::byte{});
                if (at + used <= state.vectors.size()) std::ranges::copy(std::span{state.vectors}.subspan(at, used), value.begin());
            },
            [=](MachineState& state, std::span<const std::byte> value) {
                if (at + used > state.vectors.size()) return;
                const auto place = std::span{state.vectors}.subspan(at, used);
                if (std::ranges::equal(place, value.first(used))) return;
                std::ranges::copy(value.first(used), place.begin());
                use(state.vectors, state_bit);
            }};
}

constexpr unsigned kRegisters = 8, kTagBits = 2, kEmpty = 0b11, kTopBit = 11;

unsigned top(const MachineState& state)
{
    return x86::load_at<std::uint16_t>(state.vectors, kStatusWord) >> kTopBit & (kRegisters - 1);
}

/// GDB wants the tag word of FNSAVE, two bits a register; XSAVE stores one. SDM Vol. 1, "x87 FPU Tag Word" (8.1.7).
unsigned tag(const MachineState& state, unsigned physical)
{
    constexpr unsigned kValid = 0b00, kZero = 0b01, kSpecial = 0b10;
    constexpr std::uint64_t kInteger = 1ull << 63;
    constexpr std::uint16_t kExponent = 0x7FFF;
    if ((x86::load_at<std::uint8_t>(state.vectors, kTagWord) >> physical & 1) == 0) return kEmpty;
    const std::size_t at = kStack + kSlot * ((physical - top(state)) & (kRegisters - 1));
    const auto fraction = x86::load_at<std::uint64_t>(state.vectors, at);
    const unsigned exponent = x86::load_at<std::uint16_t>(state.vectors, at + sizeof fraction) & kExponent;
    if (exponent == 0) return fraction == 0 ? kZero : kSpecial;
    return exponent == kExponent || (fraction & kInteger) == 0 ? kSpecial : kValid;
}

DescribedRegister tag_word()
{
    return {"ftag", kPadded, "int",
            [](const MachineState& state, std::span<std::byte> value) {
                std::uint64_t word = 0;
                for (unsigned i = 0; i < kRegisters; ++i) word |= std::uint64_t{tag(state, i)} << kTagBits * i;
                put_number(value, word);
            },
            [](MachineState& state, std::span<const std::byte> value) {
                std::uint8_t used = 0;
                for (unsigned i = 0; i < kRegisters; ++i)
                    if ((get_number(value) >> kTagBits * i & kEmpty) != kEmpty) used = static_cast<std::uint8_t>(used | 1u << i);
                const std::span area{state.vectors};
                if (x86::load_at<std::uint8_t>(area, kTagWord) == used) return;
                x86::store_at(area, kTagWord, used);
                use(area, x86::kX87State);
            }};
}

unsigned vector_registers(Architecture architecture)
{
    return architecture == Architecture::X86_64 ? 16 : 8;
}

constexpr auto kVectorTypes =
    "<vector id=\"v4f\" type=\"ieee_single\" count=\"4\"/>\n<vector id=\"v2d\" type=\"ieee_double\" count=\"2\"/>\n"
    "<vector id=\"v16i8\" type=\"int8\" count=\"16\"/>\n<vector id=\"v8i16\" type=\"int16\" count=\"8\"/>\n"
    "<vector id=\"v4i32\" type=\"int32\" count=\"4\"/>\n<vector id=\"v2i64\" type=\"int64\" count=\"2\"/>\n"
    "<union id=\"vec128\">\n<field name=\"v4_float\" type=\"v4f\"/>\n<field name=\"v2_double\" type=\"v2d\"/>\n"
    "<field name=\"v16_int8\" type=\"v16i8\"/>\n<field name=\"v8_int16\" type=\"v8i16\"/>\n"
    "<field name=\"v4_int32\" type=\"v4i32\"/>\n<field name=\"v2_int64\" type=\"v2i64\"/>\n"
    "<field name=\"uint128\" type=\"uint128\"/>\n</union>\n";

// SDM Vol. 1, "MXCSR Control and Status Register" (10.2.3).
constexpr std::array kMxcsrBits{"IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM", "", "", "FZ"};

std::string mxcsr_type()
{
    std::string text = "<flags id=\"i386_mxcsr\" size=\"4\">\n";
    for (std::size_t i = 0; i < kMxcsrBits.size(); ++i)
        if (kMxcsrBits.at(i)[0] != '\0')
            text += fmt::format("<field name=\"{}\" start=\"{}\" end=\"{}\"/>\n", kMxcsrBits.at(i), i, i);
    return text + "</flags>\n";
}

}  // namespace

std::vector<DescribedRegister> x87_registers()
{
    std::vector<DescribedRegister> all;
    for (unsigned i = 0; i < kRegisters; ++i)
        all.push_back(in_area(fmt::format("st{}", i), kFloat, "i387_ext", kStack + kSlot * i, kFloat, x86::kX87State));
    const auto word = [&](const char* name, std::size_t at, std::size_t used) {
        all.push_back(in_area(name, kPadded, "int", at, used, x86::kX87State));
    };
    word("fctrl", kControlWord, 2);
    word("fstat", kStatusWord, 2);
    all.push_back(tag_word());
    word("fiseg", kInstructionSegment, 2);
    word("fioff", kInstruction, 4);
    word("foseg", kOperandSegment, 2);
    word("fooff", kOperand, 4);
    word("fop", kOpcode, 2);
    return all;
}

void fill_initial_vectors(MachineState& state)
{
    // SDM Vol. 1, "Operation of XRSTOR" (13.8), "Initial Configuration".
    if (state.vectors.size() < x86::VectorState::kLegacySize) return;
    const std::span area{state.vectors};
    const auto used = x86::load_at<std::uint64_t>(area, x86::VectorState::kHeader);
    if ((used & x86::kX87State) == 0) {
        std::ranges::fill(area.first(x86::VectorState::kMxcsr), std::byte{});
        std::ranges::fill(area.subspan(kStack, kXmm - kStack), std::byte{});
        x86::store_at(area, kControlWord, x86::kInitialFcw);
    }
    if ((used & x86::kSseState) == 0) {
        std::ranges::fill(area.subspan(kXmm, kSlot * vector_registers(Architecture::X86_64)), std::byte{});
        if ((used & x86::kAvxState) == 0) x86::store_at(area, x86::VectorState::kMxcsr, x86::kInitialMxcsr);
    }
    // What lies behind is not shown, and stays.
    const std::size_t upper = std::min(area.size() - kUpperYmm, kSlot * vector_registers(Architecture::X86_64));
    if ((used & x86::kAvxState) == 0) std::ranges::fill(area.subspan(kUpperYmm, upper), std::byte{});
}

Feature sse_feature(Architecture architecture)
{
    Feature feature{"org.gnu.gdb.i386.sse", kVectorTypes + mxcsr_type(), {}};
    for (unsigned i = 0; i < vector_registers(architecture); ++i)
        feature.registers.push_back(in_area(fmt::format("xmm{}", i), kSlot, "vec128", kXmm + kSlot * i, kSlot, x86::kSseState));
    feature.registers.push_back(in_area("mxcsr", kPadded, "i386_mxcsr", x86::VectorState::kMxcsr, kPadded, x86::kSseState));
    return feature;
}

Feature avx_feature(Architecture architecture)
{
    Feature feature{"org.gnu.gdb.i386.avx", "", {}};
    for (unsigned i = 0; i < vector_registers(architecture); ++i)
        feature.registers.push_back(
            in_area(fmt::format("ymm{}h", i), kSlot, "uint128", kUpperYmm + kSlot * i, kSlot, x86::kAvxState));
    return feature;
}

}  // namespace husk::debug::gdb
