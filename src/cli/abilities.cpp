#include "cli/abilities.hpp"

#include "cli/probe.hpp"
#include "guests/probes.hpp"

#include <array>

namespace husk::cli {

namespace {

using guests::kProbeAnswer;

std::string of_system(const guests::SystemProbe& probe, Engine engine)
{
    const auto told = run_probe({.mode = probe.mode, .code = {probe.code}}, engine).value;
    if (told == kProbeAnswer) return "yes";
    return told == guests::kStayedAtRing3 ? "yes, but stays at ring 3" : "no";
}

bool works_at_ring0(const guests::InstructionSet& set, Engine engine)
{
    Probe probe{.code = {set.code, guests::tell()}, .cr4 = set.cr4};
    if (set.cr4.has(x86::Cr4::OSXSAVE)) probe.code.insert(probe.code.begin(), guests::enable_xcr0());
    return run_probe(probe, engine).value == kProbeAnswer;
}

/// A KVM that interprets ring 0 runs ring 3 natively, with the states that the host has enabled for itself.
bool works_at_ring3(const guests::InstructionSet& set, Engine engine)
{
    const auto cr4 = set.cr4.without(x86::Cr4::OSXSAVE);
    return run_probe({.code = {set.code, guests::tell()}, .cr4 = cr4, .ring3 = true}, engine).value == kProbeAnswer;
}

std::string of_set(const guests::InstructionSet& set, bool shown, Engine engine)
{
    if (works_at_ring0(set, engine)) return shown ? "yes" : "yes, not in CPUID";
    if (works_at_ring3(set, engine)) return shown ? "ring 3 only" : "ring 3 only, not in CPUID";
    return shown ? "no, though in CPUID" : "no";
}

}  // namespace

std::vector<Ability> find_abilities(Engine engine)
{
    std::vector<Ability> abilities;
    for (const auto& probe : guests::system_probes()) abilities.push_back({std::string{probe.what}, of_system(probe, engine)});

    const auto cpuid = run_probe({.code = {guests::cpuid_probe()}}, engine).words;
    for (const auto& set : guests::instruction_sets()) {
        const bool shown = (cpuid.at(static_cast<std::size_t>(set.word)) & set.bits) == set.bits;
        abilities.push_back({std::string{set.name}, of_set(set, shown, engine)});
    }
    return abilities;
}

}  // namespace husk::cli
