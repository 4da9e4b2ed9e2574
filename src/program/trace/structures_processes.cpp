#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <limits>

#include "program/abi/names.hpp"
#include "program/abi/signals.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

/// "1024", "8192*1024", "RLIM64_INFINITY".
std::string limit(std::uint64_t value)
{
    constexpr std::uint64_t kKibi = 1024;
    if (value == std::numeric_limits<std::uint64_t>::max()) return "RLIM64_INFINITY";
    if (value > kKibi && value % kKibi == 0) return fmt::format("{}*1024", value / kKibi);
    return std::to_string(value);
}

Text format_limit(const Look& look, std::uint64_t at)
{
    const auto limits = read_as<std::array<std::uint64_t, 2>>(look.read, at);
    if (!limits) return std::nullopt;
    return fmt::format("{{rlim_cur={}, rlim_max={}}}", limit((*limits)[0]), limit((*limits)[1]));
}

Text format_usage(const Look& look, std::uint64_t at)
{
    const auto usage = read_as<rusage>(look.read, at);
    if (!usage) return std::nullopt;
    return fmt::format("{{ru_utime={{tv_sec={}, tv_usec={}}}, ru_stime={{tv_sec={}, tv_usec={}}}, ...}}", usage->ru_utime.tv_sec,
                       usage->ru_utime.tv_usec, usage->ru_stime.tv_sec, usage->ru_stime.tv_usec);
}

Text format_status(const Look& look, std::uint64_t at)
{
    const auto status = read_as<int>(look.read, at);
    if (!status) return std::nullopt;
    if (WIFEXITED(*status)) return fmt::format("[{{WIFEXITED(s) && WEXITSTATUS(s) == {}}}]", WEXITSTATUS(*status));
    if (WIFSTOPPED(*status)) return fmt::format("[{{WIFSTOPPED(s) && WSTOPSIG(s) == {}}}]", name_of_signal(WSTOPSIG(*status)));
    if (WIFSIGNALED(*status))
        return fmt::format("[{{WIFSIGNALED(s) && WTERMSIG(s) == {}{}}}]", name_of_signal(WTERMSIG(*status)),
                           WCOREDUMP(*status) ? " && WCOREDUMP(s)" : "");
    return fmt::format("[{:#x}]", static_cast<unsigned>(*status));
}

/// A field of characters that need not end with a zero byte.
template <std::size_t N>
std::string field(const char (&characters)[N])
{
    const std::span all{characters};
    const auto end = std::ranges::find(all, '\0');
    return quote(std::as_bytes(all.first(static_cast<std::size_t>(end - all.begin()))));
}

Text format_system_name(const Look& look, std::uint64_t at)
{
    const auto name = read_as<utsname>(look.read, at);
    if (!name) return std::nullopt;
    return fmt::format("{{sysname={}, nodename={}, ...}}", field(name->sysname), field(name->nodename));
}

Text format_system_info(const Look& look, std::uint64_t at)
{
    const auto info = read_as<struct sysinfo>(look.read, at);
    if (!info) return std::nullopt;
    return fmt::format(
        "{{uptime={}, loads=[{}, {}, {}], totalram={}, freeram={}, sharedram={}, bufferram={}, totalswap={}, freeswap={}, "
        "procs={}, "
        "totalhigh={}, freehigh={}, mem_unit={}}}",
        info->uptime, info->loads[0], info->loads[1], info->loads[2], info->totalram, info->freeram, info->sharedram,
        info->bufferram, info->totalswap, info->freeswap, info->procs, info->totalhigh, info->freehigh, info->mem_unit);
}

/// "[0 1 2]".
Text format_processors(const Look& look, const Target& target)
{
    constexpr std::uint64_t kMost = 1024 / 8;  // bytes that are looked at
    std::array<std::uint8_t, kMost> mask{};
    const auto size = static_cast<std::size_t>(std::min(target.length, kMost));
    if (size == 0 || !look.read(target.at, std::as_writable_bytes(std::span{mask}.first(size)))) return std::nullopt;
    std::string text = "[";
    std::size_t told = 0;
    for (std::size_t bit = 0; bit < size * 8 && told <= look.limits.elements; ++bit) {
        if ((mask.at(bit / 8) >> bit % 8 & 1) == 0) continue;
        if (told > 0) text += ' ';
        text += told == look.limits.elements ? "..." : std::to_string(bit);
        ++told;
    }
    return text + "]";
}

/// The kernel's struct clone_args of its first version. include/uapi/linux/sched.h of Linux.
struct CloneArguments {
    std::uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

std::string signal_text(std::uint64_t signal)
{
    const std::string name = signal > kLastSignal ? "" : name_of_signal(static_cast<int>(signal));
    return name.empty() ? std::to_string(signal) : name;
}

Text format_clone(const Look& look, const Target& target)
{
    if (target.length < sizeof(CloneArguments)) return std::nullopt;
    const auto clone = read_as<CloneArguments>(look.read, target.at);
    if (!clone) return std::nullopt;
    const auto named = [](std::string_view name, std::uint64_t value) {
        return value == 0 ? "" : fmt::format(", {}={}", name, address(value));
    };
    return fmt::format("{{flags={}{}{}{}, exit_signal={}, stack={}, stack_size={}{}}}", describe(Names::CloneFlags, clone->flags),
                       named("pidfd", clone->pidfd), named("child_tid", clone->child_tid), named("parent_tid", clone->parent_tid),
                       signal_text(clone->exit_signal), address(clone->stack), hexadecimal(clone->stack_size),
                       named("tls", clone->tls));
}

/// The arguments of a program; of its environment, as it is long, the caller asks for the number only.
Text format_texts(const Look& look, const Target& target)
{
    ListText list{look.limits.elements};
    for (std::uint64_t at = target.at; !list.full(); at += sizeof(std::uint64_t)) {
        const auto text = read_as<std::uint64_t>(look.read, at);
        if (!text && at == target.at) return std::nullopt;
        if (text == 0U) break;
        list.add(text ? quote_text(look, *text, look.limits.text).value_or(address(*text)) : address(at));
        if (!text) break;
    }
    return list.text();
}

}  // namespace

std::string format_child(const Look& look, const Target& target)
{
    if (target.length < sizeof(CloneArguments)) return {};
    const auto clone = read_as<CloneArguments>(look.read, target.at);
    if (!clone || (clone->flags & CLONE_PARENT_SETTID) == 0) return {};
    const Text child = format_plain(look, {Shape::Int, clone->parent_tid});
    return child ? fmt::format(" => {{parent_tid={}}}", *child) : "";
}

Text format_of_processes(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::ResourceLimit: return format_limit(look, target.at);
        case Shape::ResourceUsage: return format_usage(look, target.at);
        case Shape::WaitStatus: return format_status(look, target.at);
        case Shape::SystemName: return format_system_name(look, target.at);
        case Shape::SystemInfo: return format_system_info(look, target.at);
        case Shape::SchedParameter: return format_plain(look, {Shape::Int, target.at});
        case Shape::CpuSet: return format_processors(look, target);
        case Shape::CloneArguments: return format_clone(look, target);
        case Shape::TextArray: return format_texts(look, target);
        case Shape::CommandName: return quote_text(look, target.at, look.limits.text);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
