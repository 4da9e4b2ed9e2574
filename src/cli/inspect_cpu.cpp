#include "cli/inspect_report.hpp"
#include "machine/choose_engine.hpp"
#include "program/features_here.hpp"
#include "program/frozen/content.hpp"
#include "x86/needed_features.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <array>

namespace husk::cli {

namespace {

struct Level {
    std::string_view name;
    std::vector<std::string_view> features;
};

/// "System V Application Binary Interface, AMD64 Architecture Processor Supplement", "Processor Architecture" (3.1.1): each has the
/// ones before it.
const std::array<Level, 4>& levels()
{
    static const std::array<Level, 4> all{{{"x86-64-v1", {"cmov", "cx8", "fpu", "fxsr", "mmx", "syscall", "sse", "sse2"}},
                                           {"x86-64-v2", {"cx16", "lahf_lm", "popcnt", "sse3", "sse4_1", "sse4_2", "ssse3"}},
                                           {"x86-64-v3", {"abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"}},
                                           {"x86-64-v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}}}};
    return all;
}

/// The highest level that is whole stands for what is in it and below.
std::vector<std::string> by_level(std::vector<std::string> names)
{
    std::string level;
    for (const auto& [name, features] : levels()) {
        const auto is_there = [&](std::string_view feature) { return std::ranges::find(names, feature) != names.end(); };
        if (!std::ranges::all_of(features, is_there)) break;
        level = name;
        std::erase_if(
            names, [&features = features](const std::string& each) { return std::ranges::find(features, each) != features.end(); });
    }
    if (!level.empty()) names.insert(names.begin(), level);
    return names;
}

/// In lines that are not too long, under each other.
std::string folded(const std::vector<std::string>& names)
{
    constexpr std::size_t kWidth = 110;
    std::string text;
    std::size_t width = 0;
    for (const std::string& name : names) {
        if (width != 0) text += width + name.size() > kWidth ? "\n          " : " ";
        width = width + name.size() > kWidth ? name.size() : width + name.size() + 1;
        text += name;
    }
    return text;
}

CpuReport no_engine(const Error& error)
{
    return {.engine = Engine::Auto, .missing = {}, .problem = error.call() + ": " + error.code().message()};
}

}  // namespace

CpuReport look_at_cpu(const Frozen& frozen, Engine wanted)
try {
    const x86::NeededFeatures needed{frozen.info().cpu_features};
    const x86::Mode mode = x86::mode_of(frozen.state().system);
    const machine::Chosen usual = machine::choose_engine(wanted, mode);
    CpuReport report{.engine = usual.engine, .missing = needed.missing_from(usual.vm->cpu_features()), .problem = {}};
    try {
        // Engine::Auto may know another.
        if (!report.missing.empty()) report = {machine::choose_engine(wanted, mode, {.needed = &needed}).engine, {}, {}};
    } catch (const Error&) {  // it does not: that is what the report says
    }
    return report;
} catch (const Error& error) {
    return no_engine(error);
}

CpuReport look_at_cpu(const FrozenProgram& frozen, Engine wanted)
try {
    const auto [engine, features] = program::features_here(wanted);
    return {.engine = engine, .missing = frozen.content().needed.missing_from(features), .problem = {}};
} catch (const Error& error) {
    return no_engine(error);
}

std::string cpu_text(const FrozenInfo& info, const CpuReport& report)
{
    if (info.cpu_features.empty()) return inspect_line("cpu", "not recorded: no thaw checks it");
    std::string here = fmt::format("{} has all of that", name(report.engine));
    if (!report.problem.empty())
        here = "no engine: " + report.problem;
    else if (!report.missing.empty())
        here = fmt::format("{} lacks {}: a thaw needs --any-cpu", name(report.engine), fmt::join(report.missing, ", "));
    return inspect_line("cpu", folded(by_level(info.cpu_features))) + inspect_line("here", here);
}

nlohmann::ordered_json cpu_json(const CpuReport& report)
{
    if (!report.problem.empty()) return {{"problem", report.problem}};
    return {{"engine", name(report.engine)}, {"missing_cpu_features", report.missing}};
}

}  // namespace husk::cli
