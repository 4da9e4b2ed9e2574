#include "program/abi/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <csignal>
#include <span>

namespace husk::program {
namespace {

constexpr std::string_view kPrefix = "SIG";

/// Those from 1 to 31, without SIG.
constexpr std::array<std::string_view, kFirstRealTimeSignal> kNames{
    "",     "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

struct Alias {
    std::string_view name;
    int signal = 0;
};
constexpr auto kAliases = std::to_array<Alias>({{"IOT", SIGABRT}, {"POLL", SIGIO}, {"CLD", SIGCHLD}});

struct Code {
    int code = 0;
    std::string_view name;
};
// Of any signal.
constexpr auto kCommonCodes = std::to_array<Code>({
    {0, "SI_USER"},
    {0x80, "SI_KERNEL"},
    {-1, "SI_QUEUE"},
    {-2, "SI_TIMER"},
    {-3, "SI_MESGQ"},
    {-4, "SI_ASYNCIO"},
    {-5, "SI_SIGIO"},
    {-6, "SI_TKILL"},
});
constexpr auto kSegvCodes = std::to_array<Code>({{1, "SEGV_MAPERR"}, {2, "SEGV_ACCERR"}, {3, "SEGV_BNDERR"}, {4, "SEGV_PKUERR"}});
constexpr auto kBusCodes =
    std::to_array<Code>({{1, "BUS_ADRALN"}, {2, "BUS_ADRERR"}, {3, "BUS_OBJERR"}, {4, "BUS_MCEERR_AR"}, {5, "BUS_MCEERR_AO"}});
constexpr auto kIllCodes = std::to_array<Code>({
    {1, "ILL_ILLOPC"},
    {2, "ILL_ILLOPN"},
    {3, "ILL_ILLADR"},
    {4, "ILL_ILLTRP"},
    {5, "ILL_PRVOPC"},
    {6, "ILL_PRVREG"},
    {7, "ILL_COPROC"},
    {8, "ILL_BADSTK"},
});
constexpr auto kFpeCodes = std::to_array<Code>({
    {1, "FPE_INTDIV"},
    {2, "FPE_INTOVF"},
    {3, "FPE_FLTDIV"},
    {4, "FPE_FLTOVF"},
    {5, "FPE_FLTUND"},
    {6, "FPE_FLTRES"},
    {7, "FPE_FLTINV"},
    {8, "FPE_FLTSUB"},
});
constexpr auto kTrapCodes = std::to_array<Code>({{1, "TRAP_BRKPT"}, {2, "TRAP_TRACE"}, {3, "TRAP_BRANCH"}, {4, "TRAP_HWBKPT"}});
constexpr auto kChildCodes = std::to_array<Code>({
    {1, "CLD_EXITED"},
    {2, "CLD_KILLED"},
    {3, "CLD_DUMPED"},
    {4, "CLD_TRAPPED"},
    {5, "CLD_STOPPED"},
    {6, "CLD_CONTINUED"},
});
constexpr auto kPollCodes =
    std::to_array<Code>({{1, "POLL_IN"}, {2, "POLL_OUT"}, {3, "POLL_MSG"}, {4, "POLL_ERR"}, {5, "POLL_PRI"}, {6, "POLL_HUP"}});
constexpr auto kSysCodes = std::to_array<Code>({{1, "SYS_SECCOMP"}, {2, "SYS_USER_DISPATCH"}});

std::span<const Code> codes_of(int signal)
{
    switch (signal) {
        case SIGSEGV: return kSegvCodes;
        case SIGBUS: return kBusCodes;
        case SIGILL: return kIllCodes;
        case SIGFPE: return kFpeCodes;
        case SIGTRAP: return kTrapCodes;
        case SIGCHLD: return kChildCodes;
        case SIGIO: return kPollCodes;
        case SIGSYS: return kSysCodes;
        default: return {};
    }
}

std::string_view find_code(std::span<const Code> codes, int code)
{
    const auto found = std::ranges::find(codes, code, &Code::code);
    return found == codes.end() ? std::string_view{} : found->name;
}

/// Without SIG.
std::string short_name(int signal)
{
    if (signal <= 0 || signal > kLastSignal) return {};
    if (signal < kFirstRealTimeSignal) return std::string{kNames[static_cast<std::size_t>(signal)]};
    if (signal == kFirstRealTimeSignal) return "RTMIN";
    return fmt::format("RT_{}", signal - kFirstRealTimeSignal);
}

/// "RTMIN", "RTMIN+3", "RT_3".
std::optional<int> find_real_time(std::string_view name)
{
    if (name == "RTMIN") return kFirstRealTimeSignal;
    for (const std::string_view prefix : {"RT_", "RTMIN+"}) {
        if (!name.starts_with(prefix)) continue;
        const std::string_view digits = name.substr(prefix.size());
        int above = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), above);
        const bool number = error == std::errc{} && end == digits.data() + digits.size();
        if (number && above >= 0 && above <= kLastSignal - kFirstRealTimeSignal) return kFirstRealTimeSignal + above;
    }
    return std::nullopt;
}

}  // namespace

std::string name_of_signal(int signal)
{
    const std::string name = short_name(signal);
    return name.empty() ? name : std::string{kPrefix} + name;
}

std::optional<int> find_signal(std::string_view name)
{
    if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
    if (name.empty()) return std::nullopt;
    const auto* const found = std::ranges::find(kNames, name);
    if (found != kNames.end()) return static_cast<int>(found - kNames.begin());
    const auto* const alias = std::ranges::find(kAliases, name, &Alias::name);
    if (alias != kAliases.end()) return alias->signal;
    return find_real_time(name);
}

std::string_view name_of_code(int signal, int code)
{
    const std::string_view own = find_code(codes_of(signal), code);
    return own.empty() ? find_code(kCommonCodes, code) : own;
}

std::string describe_signal_set(std::uint64_t set)
{
    // From here on it is shorter to say which are missing.
    constexpr int kMost = kLastSignal * 2 / 3;
    const bool inverted = std::popcount(set) >= kMost;
    const std::uint64_t told = inverted ? ~set : set;
    std::string text = inverted ? "~[" : "[";
    for (int signal = 1; signal <= kLastSignal; ++signal) {
        if ((told >> (signal - 1) & 1) == 0) continue;
        if (!text.ends_with('[')) text += ' ';
        text += short_name(signal);
    }
    return text + "]";
}

}  // namespace husk::program
