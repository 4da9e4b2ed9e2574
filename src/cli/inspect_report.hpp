#pragma once

#include <husk/frozen.hpp>
#include <husk/frozen_program.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::cli {

/// One line of the report: what it is of, and what there is to tell.
inline std::string inspect_line(std::string_view what, std::string_view words)
{
    return fmt::format("{:<9} {}\n", what, words);
}

/// What it may rely on of the processor, and whether that is here.
struct CpuReport {
    Engine engine = Engine::Kvm;       ///< that a thaw would take
    std::vector<std::string> missing;  ///< there
    std::string problem;               ///< why there is no engine; empty: there is one
};
/// For a thaw on `wanted`.
CpuReport look_at_cpu(const Frozen& frozen, Engine wanted);
CpuReport look_at_cpu(const FrozenProgram& frozen, Engine wanted);
/// In lines, for people.
std::string cpu_text(const FrozenInfo& info, const CpuReport& report);
nlohmann::ordered_json cpu_json(const CpuReport& report);

/// What the frozen machine, or program, is, for people.
std::string inspect_text(const Frozen& frozen);
std::string inspect_text(const FrozenProgram& frozen);
/// Writes the page that explains the frozen machine, or program, to `file`. Throws Error.
void inspect_page(const Frozen& frozen, std::string_view title, const std::string& file);
void inspect_page(const FrozenProgram& frozen, std::string_view title, const std::string& file);
/// How an address of the frozen machine translates; of a program, in the machine that it would run in, and what accesses come to.
std::string inspect_address_text(const Frozen& frozen, GuestVirt address);
std::string inspect_address_text(const FrozenProgram& frozen, GuestVirt address);

/// The same as JSON: all that the file says but the contents of memory, and what is explained, with how `address` translates.
nlohmann::ordered_json inspect_json(const Frozen& frozen, std::optional<GuestVirt> address);
nlohmann::ordered_json inspect_json(const FrozenProgram& frozen, std::optional<GuestVirt> address);

}  // namespace husk::cli
