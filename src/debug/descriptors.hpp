#pragma once

#include "x86/tss.hpp"

#include <husk/address.hpp>
#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The guest's descriptor tables, read from its memory and decoded.
namespace husk::debug {

/// An entry, or several next to one another that are equal.
struct TableLine {
    unsigned first = 0;  ///< its index; of the IDT, the vector
    unsigned count = 1;
    std::uint64_t value = 0;
    std::uint64_t upper = 0;  ///< the second half, of those that have 16 bytes
    std::string words{};      ///< what it is
    std::string held_by{};    ///< GDT: the registers that hold its selector, "CS SS"
};

struct TableWords {
    GuestVirt base{};
    std::uint16_t limit = 0;  ///< in bytes, minus one
    unsigned entry_size = 8;  ///< bytes
    unsigned entries = 0;     ///< within the limit; of the IDT at most 256
    unsigned in_memory = 0;   ///< of these, from the first on
    std::vector<TableLine> lines{};
    unsigned left_out = 0;  ///< entries in no line, as there are too many
};

/// Lines of a table at most.
inline constexpr unsigned kMostLines = 256;

TableWords explain_gdt(const GuestMemory& memory, const x86::SystemRegisters& system);
/// In real mode the interrupt vector table.
TableWords explain_idt(const GuestMemory& memory, const x86::SystemRegisters& system);

struct TaskWords {
    struct Field {
        x86::TssField field;
        std::uint64_t value = 0;
    };
    std::string_view kind;  ///< "64-bit TSS"
    GuestVirt base{};
    std::uint32_t limit = 0;
    bool in_memory = true;  ///< all that the limit allows of the fields
    std::vector<Field> fields{};
};

/// The task-state segment that TR holds; nothing if it holds none.
std::optional<TaskWords> explain_task(const GuestMemory& memory, const x86::SystemRegisters& system);

/// "64-bit code, readable, accessed, ring 0, base 0x0, limit 0xffffffff".
std::string segment_words(const x86::Segment& segment, bool long_mode);

}  // namespace husk::debug
