#pragma once

#include "debug/address.hpp"
#include "debug/bits.hpp"
#include "debug/descriptors.hpp"
#include "debug/mode_reasons.hpp"
#include "debug/page_map.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The state of a stopped machine, explained: first as data, of which text, JSON and pages are made.
namespace husk::debug {

/// A register whose bits have names.
struct BitRegister {
    std::string_view name;  ///< "CR0"
    std::uint64_t value = 0;
    std::vector<NamedBit> set{};  ///< those of its named bits that are not 0
    std::uint64_t unnamed = 0;    ///< the bits that are set and have no name
};

struct SegmentWords {
    std::string_view name;  ///< "CS"
    x86::Segment segment;
    std::string words{};
};

struct Explanation {
    x86::Registers registers;
    x86::SystemRegisters system;
    std::vector<Reason> mode{};
    std::vector<BitRegister> bits{};  ///< CR0, CR4, EFER, RFLAGS
    std::vector<SegmentWords> segments{};
    TableWords gdt{};
    TableWords idt{};
    std::optional<TaskWords> task{};
    std::optional<PageMap> pages{};  ///< nothing: paging is off
    std::string code{};              ///< the instructions from the instruction pointer on, a line each
};

/// The general registers and the instruction pointer, in the order in which they are told.
std::vector<std::pair<std::string_view, std::uint64_t>> named_values(const x86::Registers& registers);

/// Whatever the registers and the memory are: what it looks at, and how much it tells, is bounded (Limits, kMostLines).
Explanation explain(const GuestMemory& memory, const x86::Registers& registers, const x86::SystemRegisters& system);

/// "real", "protected", "paged", "long", with the size of the code: "long, 64-bit code".
std::string mode_words(const x86::SystemRegisters& system);

}  // namespace husk::debug
