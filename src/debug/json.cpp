#include "debug/json.hpp"

#include "debug/page_map_words.hpp"

#include <fmt/format.h>

namespace husk::debug {

namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::uint64_t value)
{
    return fmt::format("{:#x}", value);
}

Json registers_json(const x86::Registers& r)
{
    Json all = Json::object();
    for (const auto& [name, value] : named_values(r)) all[std::string{name}] = hex(value);
    return all;
}

Json bits_json(const BitRegister& bits)
{
    Json set = Json::array();
    for (const NamedBit& bit : bits.set) set.push_back({{"name", name_in(bits.value, bit)}, {"does", bit.does}});
    return {{"value", hex(bits.value)}, {"set", std::move(set)}, {"unnamed", hex(bits.unnamed)}};
}

Json segment_json(const SegmentWords& segment)
{
    return {{"selector", hex(segment.segment.selector)},
            {"base", hex(segment.segment.base)},
            {"limit", hex(segment.segment.limit)},
            {"words", segment.words}};
}

Json table_json(const TableWords& table)
{
    Json lines = Json::array();
    for (const TableLine& line : table.lines) {
        Json one{{"first", line.first},
                 {"count", line.count},
                 {"value", hex(line.value)},
                 {"upper", hex(line.upper)},
                 {"words", line.words}};
        if (!line.held_by.empty()) one["held_by"] = line.held_by;
        lines.push_back(std::move(one));
    }
    return {{"base", hex(table.base.value)}, {"limit", hex(table.limit)}, {"entries", table.entries},
            {"in_memory", table.in_memory},  {"lines", std::move(lines)}, {"left_out", table.left_out}};
}

Json task_json(const TaskWords& task)
{
    Json fields = Json::object();
    for (const auto& [field, value] : task.fields) fields[std::string{field.name}] = hex(value);
    return {{"kind", task.kind},
            {"base", hex(task.base.value)},
            {"limit", hex(task.limit)},
            {"in_memory", task.in_memory},
            {"fields", std::move(fields)}};
}

std::string_view kind_name(EntryRun::Kind kind)
{
    switch (kind) {
        case EntryRun::Kind::Pages: return "pages";
        case EntryRun::Kind::Table: return "table";
        case EntryRun::Kind::FullTables: return "full-tables";
        case EntryRun::Kind::EmptyTables: return "empty-tables";
        case EntryRun::Kind::Absent: return "absent";
        case EntryRun::Kind::Reserved: return "reserved-bits";
    }
    return "?";
}

Json tree_json(const PageTable& table);

Json run_json(const EntryRun& run, unsigned level)
{
    Json one{{"first", run.first},
             {"count", run.count},
             {"at", hex(run.at.value)},
             {"entry", hex(run.entry)},
             {"flags", flag_words(run.every, run.some)},
             {"kind", kind_name(run.kind)},
             {"linear", hex(run.linear.value)},
             {"linear_last", hex(run.last().value)},
             {"words", run_words(run, level)}};
    if (run.pages && run.kind != EntryRun::Kind::Table) {
        one["physical"] = hex(run.pages->physical.value);
        one["page_size"] = hex(run.pages->page_size);
        one["writable"] = run.pages->rights.writable;
        one["user"] = run.pages->rights.user;
        one["executable"] = run.pages->rights.executable;
    }
    if (run.below) one["table"] = tree_json(*run.below);
    return one;
}

Json tree_json(const PageTable& table)
{
    Json entries = Json::array();
    for (const EntryRun& run : table.runs) entries.push_back(run_json(run, table.level));
    return {{"kind", table_name(table.level)},
            {"at", hex(table.at.value)},
            {"entries", std::move(entries)},
            {"left_out", table.left_out}};
}

Json pages_json(const PageMap& map, const x86::SystemRegisters& system)
{
    return {{"format", paging_name(system)}, {"in_memory", map.in_memory}, {"tables", map.tables},     {"pages", map.pages},
            {"mapped", hex(map.mapped)},     {"limited", map.limited},     {"top", tree_json(map.top)}};
}

}  // namespace

Json json_of(const Explanation& e)
{
    Json reasons = Json::array();
    for (const Reason& reason : e.mode) reasons.push_back({{"bits", reason.bits}, {"therefore", reason.therefore}});
    Json control = Json::object();
    for (const BitRegister& bits : e.bits) control[std::string{bits.name}] = bits_json(bits);
    control["CR2"] = {{"value", hex(e.system.cr2)}};
    control["CR3"] = {{"value", hex(e.system.cr3)}};
    Json segments = Json::object();
    for (const SegmentWords& segment : e.segments) segments[std::string{segment.name}] = segment_json(segment);
    return {{"mode", name(x86::mode_of(e.system))},
            {"code_bits", x86::bits_of_code(e.system)},
            {"reasons", std::move(reasons)},
            {"registers", registers_json(e.registers)},
            {"control", std::move(control)},
            {"segments", std::move(segments)},
            {"gdt", table_json(e.gdt)},
            {"idt", table_json(e.idt)},
            {"tss", e.task ? task_json(*e.task) : Json{}},
            {"page_tables", e.pages ? pages_json(*e.pages, e.system) : Json{}},
            {"code", e.code}};
}

Json json_of(const AddressWords& address)
{
    Json steps = Json::array();
    for (const AddressStep& step : address.steps)
        steps.push_back({{"level", step.level},
                         {"bits", fmt::format("{}:{}", step.high_bit, step.low_bit)},
                         {"index", step.index},
                         {"at", hex(step.at.value)},
                         {"entry", step.entry ? Json(hex(*step.entry)) : Json{}},
                         {"flags", step.flags},
                         {"outcome", step.outcome}});
    Json accesses = Json::array();
    for (const AccessOutcome& access : address.accesses)
        accesses.push_back({{"ring", access.ring},
                            {"access", access.access},
                            {"error_code", access.error_code ? Json(hex(*access.error_code)) : Json{}},
                            {"why", access.why}});
    return {{"linear", hex(address.linear.value)},
            {"by", address.by},
            {"steps", std::move(steps)},
            {"end", address.end},
            {"physical", address.physical ? Json(hex(address.physical->value)) : Json{}},
            {"accesses", std::move(accesses)}};
}

}  // namespace husk::debug
