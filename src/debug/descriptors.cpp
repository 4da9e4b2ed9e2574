#include "debug/descriptors.hpp"

#include "debug/linear_memory.hpp"
#include "x86/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

namespace husk::debug {

namespace {

using x86::Segment;
using x86::Selector;
using x86::SystemRegisters;
using x86::SystemType;

constexpr unsigned kVectors = 256;
constexpr unsigned kDescriptorSize = 8;

std::string_view system_name(std::uint8_t type, bool long_mode)
{
    switch (static_cast<SystemType>(type)) {
        case SystemType::Tss16Available: return "available 16-bit TSS";
        case SystemType::Ldt: return "LDT";
        case SystemType::Tss16Busy: return "busy 16-bit TSS";
        case SystemType::CallGate16: return "16-bit call gate";
        case SystemType::TaskGate: return "task gate";
        case SystemType::InterruptGate16: return "16-bit interrupt gate";
        case SystemType::TrapGate16: return "16-bit trap gate";
        case SystemType::Tss32Available: return long_mode ? "available 64-bit TSS" : "available 32-bit TSS";
        case SystemType::Tss32Busy: return long_mode ? "busy 64-bit TSS" : "busy 32-bit TSS";
        case SystemType::CallGate32: return long_mode ? "64-bit call gate" : "32-bit call gate";
        case SystemType::InterruptGate32: return long_mode ? "64-bit interrupt gate" : "32-bit interrupt gate";
        case SystemType::TrapGate32: return long_mode ? "64-bit trap gate" : "32-bit trap gate";
    }
    return {};
}

bool is_gate(std::uint8_t type)
{
    return (type & 4) != 0;  // all types of gates have this bit, and no other type
}

std::string kind_words(const Segment& segment, bool long_mode)
{
    if (!segment.code_or_data) {
        const auto name = system_name(segment.type, long_mode);
        return name.empty() ? fmt::format("reserved type {}", segment.type) : std::string{name};
    }
    std::string text;
    if (x86::is_code(segment)) {
        text = long_mode && segment.long_code ? "64-bit code" : segment.big ? "32-bit code" : "16-bit code";
        text += (segment.type & x86::kReadable) != 0 ? ", readable" : ", execute-only";
        if (x86::is_conforming(segment)) text += ", conforming";
    } else {
        text = (segment.type & x86::kWritable) != 0 ? "data, writable" : "data, read-only";
        if ((segment.type & x86::kExpandDown) != 0) text += ", expand-down";
    }
    return text + ((segment.type & x86::kAccessed) != 0 ? ", accessed" : "");
}

std::string gate_words(const x86::Gate& gate, bool long_mode)
{
    if (!gate.present) return "not present";
    const auto type = static_cast<std::uint8_t>(gate.type);
    const auto name = gate.system ? system_name(type, long_mode) : std::string_view{};
    if (name.empty() || !is_gate(type)) return fmt::format("no gate: {}type {}", gate.system ? "" : "not a system ", type);
    if (gate.type == SystemType::TaskGate) return fmt::format("task gate to task {:04x}", gate.selector.value);
    std::string text = fmt::format("{} to {:04x}:{:x}", name, gate.selector.value, gate.offset);
    if (gate.dpl != 0) text += fmt::format(", INT from ring {} may use it", gate.dpl);
    if (long_mode && gate.ist != 0) text += fmt::format(", on interrupt stack {}", gate.ist);
    return text;
}

/// Entries as they come out of memory, of one size.
class Reader {
public:
    Reader(const GuestMemory& memory, const SystemRegisters& system, const x86::DescriptorTable& table, unsigned entry_size,
           unsigned most)
        : size_{entry_size}
    {
        words_.base = {table.base};
        words_.limit = table.limit;
        words_.entry_size = entry_size;
        words_.entries = std::min(most, (table.limit + 1u) / entry_size);
        bytes_ = read_linear(memory, system, words_.base, std::size_t{words_.entries} * entry_size);
        words_.in_memory = static_cast<unsigned>(bytes_.size() / entry_size);
    }

    unsigned count() const { return words_.in_memory; }
    /// Bytes of an entry from `offset` on, as a number; 0 behind the end.
    std::uint64_t word(unsigned index, unsigned offset = 0) const
    {
        std::uint64_t value = 0;
        const std::size_t at = std::size_t{index} * size_ + offset;
        if (at >= bytes_.size()) return 0;
        const std::size_t most = std::max(size_, kDescriptorSize) - offset;
        std::memcpy(&value, &bytes_.at(at), std::min({sizeof value, most, bytes_.size() - at}));
        return size_ < kDescriptorSize ? value & 0xFFFF'FFFF : value;
    }

    void add(TableLine line)
    {
        auto& lines = words_.lines;
        if (!lines.empty()) {
            TableLine& last = lines.back();
            const bool equal = last.value == line.value && last.upper == line.upper && last.held_by == line.held_by;
            if (equal && last.first + last.count == line.first) {
                last.count += line.count;
                return;
            }
        }
        if (lines.size() < kMostLines)
            lines.push_back(std::move(line));
        else
            words_.left_out += line.count;
    }

    TableWords take() { return std::move(words_); }

private:
    unsigned size_;
    std::vector<std::byte> bytes_;
    TableWords words_;
};

std::string holders(const SystemRegisters& system, unsigned index)
{
    using Named = std::pair<std::string_view, const Segment*>;
    std::string text;
    for (const auto& [name, segment] :
         {Named{"CS", &system.cs}, Named{"SS", &system.ss}, Named{"DS", &system.ds}, Named{"ES", &system.es},
          Named{"FS", &system.fs}, Named{"GS", &system.gs}, Named{"TR", &system.tr}, Named{"LDTR", &system.ldt}}) {
        const Selector selector{segment->selector};
        if (selector.null() || selector.in_ldt() || selector.offset() != index * kDescriptorSize) continue;
        text += fmt::format("{}{}", text.empty() ? "" : " ", name);
    }
    return text;
}

template <std::size_t Count>
TaskWords task_words(std::string_view kind, const Segment& tr, const std::array<x86::TssField, Count>& fields,
                     std::span<const std::byte> bytes)
{
    TaskWords task{.kind = kind, .base = {tr.base}, .limit = tr.limit};
    for (const x86::TssField& field : fields) {
        const std::size_t end = std::size_t{field.offset} + field.size;
        if (end > std::size_t{tr.limit} + 1) continue;
        if (end > bytes.size()) {
            task.in_memory = false;
            continue;
        }
        TaskWords::Field value{.field = field};
        std::memcpy(&value.value, &bytes[field.offset], field.size);
        task.fields.push_back(value);
    }
    return task;
}

}  // namespace

std::string segment_words(const Segment& segment, bool long_mode)
{
    if (segment.unusable) return "unusable: a null selector was loaded";
    std::string text = kind_words(segment, long_mode);
    text += fmt::format(", ring {}, base {:#x}, limit {:#x}", segment.dpl, segment.base, segment.limit);
    return segment.present ? text : text + ", not present";
}

TableWords explain_gdt(const GuestMemory& memory, const SystemRegisters& system)
{
    constexpr unsigned kSelectors = 8192;
    const bool long_mode = system.efer.has(x86::Efer::LMA);
    Reader reader{memory, system, system.gdt, kDescriptorSize, kSelectors};
    for (unsigned i = 0; i < reader.count(); ++i) {
        TableLine line{.first = i, .value = reader.word(i), .held_by = holders(system, i)};
        const Selector selector{static_cast<std::uint16_t>(i * kDescriptorSize)};
        const Segment segment = x86::decode_segment(line.value, selector);
        // Those of the system have 16 bytes in long mode: SDM Vol. 3A, "Segment Descriptor Tables in IA-32e Mode" (3.5.2).
        const bool wide = long_mode && !segment.code_or_data && segment.type != 0;
        if (wide) line.upper = reader.word(++i);
        if (line.value == 0)
            line.words = "null";
        else if (!segment.code_or_data && is_gate(segment.type) && !system_name(segment.type, long_mode).empty())
            line.words =
                fmt::format("{} to {:04x}{}", system_name(segment.type, long_mode),
                            x86::decode_gate(line.value, line.upper).selector.value, segment.present ? "" : ", not present");
        else
            line.words = segment_words(x86::decode_segment(line.value, selector, line.upper), long_mode);
        reader.add(std::move(line));
    }
    return reader.take();
}

TableWords explain_idt(const GuestMemory& memory, const SystemRegisters& system)
{
    constexpr unsigned kVectorSize = 4, kGateSize = 8, kLongGateSize = 16;
    const bool real = !system.cr0.has(x86::Cr0::PE);
    const bool long_mode = system.efer.has(x86::Efer::LMA);
    Reader reader{memory, system, system.idt, real ? kVectorSize : long_mode ? kLongGateSize : kGateSize, kVectors};
    for (unsigned i = 0; i < reader.count(); ++i) {
        TableLine line{.first = i, .value = reader.word(i), .upper = long_mode && !real ? reader.word(i, kGateSize) : 0};
        line.words = real ? fmt::format("to {:04x}:{:04x}", line.value >> 16, line.value & 0xFFFF)
                          : gate_words(x86::decode_gate(line.value, line.upper), long_mode);
        reader.add(std::move(line));
    }
    return reader.take();
}

std::optional<TaskWords> explain_task(const GuestMemory& memory, const SystemRegisters& system)
{
    const Segment& tr = system.tr;
    // A machine starts with what processors have at reset: selector 0, base 0, of which nothing is read.
    if (tr.unusable || tr.code_or_data || !tr.present || Selector{tr.selector}.null()) return std::nullopt;
    constexpr std::size_t kFixedPart = 104;
    const auto bytes = read_linear(memory, system, {tr.base}, std::min<std::size_t>(std::size_t{tr.limit} + 1, kFixedPart));
    const auto busy = static_cast<SystemType>(tr.type | x86::kBusy);
    if (busy == SystemType::Tss16Busy) return task_words("16-bit TSS", tr, x86::kTss16Fields, bytes);
    if (busy != SystemType::Tss32Busy) return std::nullopt;
    if (system.efer.has(x86::Efer::LMA)) return task_words("64-bit TSS", tr, x86::kTss64Fields, bytes);
    return task_words("32-bit TSS", tr, x86::kTss32Fields, bytes);
}

}  // namespace husk::debug
