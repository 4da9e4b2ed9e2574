#pragma once

#include "x86/paging.hpp"

#include <husk/x86.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The named bits of registers and of page-table entries, each with what it does: one table for all that tells of them.
namespace husk::debug {

/// A bit, or a field of several, of a register or an entry.
struct NamedBit {
    std::uint64_t mask = 0;
    std::string_view name;  ///< the manual's
    std::string_view does;  ///< what it does when it is set; of a field, what it is
};

/// By rising bit.
std::span<const NamedBit> named_bits(Flags<x86::Cr0>);
std::span<const NamedBit> named_bits(Flags<x86::Cr4>);
std::span<const NamedBit> named_bits(Flags<x86::Efer>);
/// Without the bit that is always 1.
std::span<const NamedBit> named_bits(Flags<x86::Rflags>);
std::span<const NamedBit> named_bits(Flags<x86::PageBit>);

/// Those of `table` that are not 0 in `word`.
std::vector<NamedBit> bits_in(std::uint64_t word, std::span<const NamedBit> table);
/// "PG"; of a field of several bits "IOPL=3".
std::string name_in(std::uint64_t word, const NamedBit& bit);
/// "PE ET NE PG"; "none".
std::string names_in(std::uint64_t word, std::span<const NamedBit> table);

template <typename Bit>
std::string bit_names(Flags<Bit> flags)
{
    return names_in(flags.word(), named_bits(flags));
}

}  // namespace husk::debug
