#include "program/frozen/check_state.hpp"

#include "program/entry/layout.hpp"
#include "program/frozen/descriptors.hpp"
#include "program/frozen/touched.hpp"
#include "program/process/call.hpp"
#include "program/signals/pending.hpp"
#include "program/space/layout.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace husk::program {

namespace {

using Checked = tl::expected<void, FrozenError>;

template <typename... Args>
Checked bad(std::string field, fmt::format_string<Args...> problem, Args&&... args)
{
    return tl::unexpected{FrozenError{std::move(field), std::nullopt, fmt::format(problem, std::forward<Args>(args)...)}};
}

constexpr std::uint64_t kMostId = 1u << 22;  // Linux's PID_MAX_LIMIT

bool is_id(std::uint32_t id)
{
    return id > 0 && id < kMostId;
}

Checked check_areas(const ProgramState& state)
{
    constexpr std::uint32_t kProtection = PROT_READ | PROT_WRITE | PROT_EXEC;
    constexpr std::uint32_t kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK | MAP_LOCKED | MAP_POPULATE |
                                     MAP_NONBLOCK | MAP_DENYWRITE | MAP_EXECUTABLE;
    if (state.address_space && !layout::Extent::is_size(*state.address_space))
        return bad("state.address_space", "{:#x} bytes are not as many as a program has", *state.address_space);
    const std::uint64_t end = extent_of(state).user_end();
    std::uint64_t from = layout::kUserBegin;
    for (std::size_t i = 0; i < state.areas.size(); ++i) {
        const FrozenArea& area = state.areas[i];
        const std::string name = fmt::format("state.areas[{}]", i);
        if (area.begin % kPageSize != 0 || area.end % kPageSize != 0) return bad(name, "is not made of whole pages");
        if (area.begin >= area.end) return bad(name, "ends at {:#x}, where it does not begin before", area.end);
        if (area.end > end) return bad(name, "ends at {:#x}, beyond what is the program's", area.end);
        if (area.begin < from) return bad(name, "begins at {:#x}, where it must be {:#x} at least", area.begin, from);
        if ((area.protection & ~kProtection) != 0) return bad(name + ".protection", "{:#x}", area.protection);
        if ((area.flags & ~kFlags) != 0 || (area.flags & MAP_PRIVATE) == 0) return bad(name + ".flags", "{:#x}", area.flags);
        from = area.end;
    }
    if (state.break_begin > state.break_end || state.break_end > end)
        return bad("state.break_end", "{:#x} is no end of what begins at {:#x}", state.break_end, state.break_begin);
    return {};
}

/// Each region is a piece of one area, but for the last if that names functions. Both rise.
Checked check_regions(const ProgramState& state, std::span<const MemoryRegion> regions)
{
    if (state.functions_size != 0) {
        constexpr std::uint64_t kMost = 64_MiB;
        const bool there = !regions.empty() && regions.back().base.value == Functions::kPlace.value &&
                           state.functions_size <= regions.back().size && regions.back().size <= kMost;
        if (!there) return bad("state.functions_size", "{:#x} bytes of functions are not in the last region", state.functions_size);
        regions = regions.first(regions.size() - 1);
    }
    auto area = state.areas.begin();
    for (std::size_t i = 0; i < regions.size(); ++i) {
        const std::uint64_t begin = regions[i].base.value, size = regions[i].size;
        while (area != state.areas.end() && area->end <= begin) ++area;
        if (area == state.areas.end() || begin < area->begin || size > area->end - begin)
            return bad(fmt::format("memory[{}]", i), "{:#x} bytes at {:#x} are not within an area of the program", size, begin);
    }
    return {};
}

Checked check_pending(const FrozenPending& pending, const std::string& name)
{
    if (pending.infos.size() > QueueRoom::kUsual) return bad(name + ".infos", "has {} entries", pending.infos.size());
    for (const auto& bytes : pending.infos) {
        SignalInfo info{};
        if (bytes.size() != sizeof info)
            return bad(name + ".infos", "has {} bytes where a siginfo_t has {}", bytes.size(), sizeof info);
        std::memcpy(&info, bytes.data(), sizeof info);
        if (!is_signal(info.si_signo)) return bad(name + ".infos", "tells of signal {}", info.si_signo);
        if (info.si_code == SI_TIMER) return bad(name + ".infos", "tells of a timer, and there is none");
    }
    return {};
}

Checked check_processor(const FrozenThread& thread, const std::string& name, bool vdso)
{
    constexpr std::uint64_t kBases = (std::uint64_t{1} << 47) - kPageSize;  // as arch_prctl: one page before the upper half
    constexpr std::size_t kLeastVectors = 512, kMostVectors = 64_KiB;
    const std::uint64_t end = vdso ? layout::kHusk : layout::kUserEnd;
    if (thread.registers.rip >= end) return bad(name + ".registers.rip", "{:#x} is not the program's", thread.registers.rip);
    if (thread.fs_base >= kBases) return bad(name + ".fs_base", "{:#x} is no address", thread.fs_base);
    if (thread.gs_base >= kBases) return bad(name + ".gs_base", "{:#x} is no address", thread.gs_base);
    if (thread.vectors.size() < kLeastVectors || thread.vectors.size() > kMostVectors)
        return bad(name + ".vectors", "has {} bytes", thread.vectors.size());
    return {};
}

Checked check_threads(const ProgramState& state)
{
    if (!is_id(state.id)) return bad("state.id", "{} is no process's", state.id);
    if (state.threads.empty()) return bad("state.threads", "is empty");
    if (state.threads.size() > entry::kMaxProcessors)
        return bad("state.threads", "has {} of them; there are {} at most", state.threads.size(), entry::kMaxProcessors);
    std::set<std::uint32_t> ids;
    for (std::size_t i = 0; i < state.threads.size(); ++i) {
        const FrozenThread& thread = state.threads[i];
        const std::string name = fmt::format("state.threads[{}]", i);
        if (!is_id(thread.id) || !ids.insert(thread.id).second) return bad(name + ".id", "{} cannot be a thread's", thread.id);
        if (thread.wait && thread.wait->arguments.size() != Call{}.arguments.size())
            return bad(name + ".wait.arguments", "are {}", thread.wait->arguments.size());
        if (auto good = check_processor(thread, name, state.vdso.has_value()); !good) return good;
        if (auto good = check_pending(thread.pending, name + ".pending"); !good) return good;
    }
    return {};
}

/// Text that goes to calls as it is.
Checked check_text(const std::string& text, const char* name)
{
    if (text.size() >= PATH_MAX || text.find('\0') != std::string::npos) return bad(name, "is no path");
    return {};
}

Checked check_actions(const ProgramState& state)
{
    for (std::size_t i = 0; i < state.actions.size(); ++i)
        if (const auto signal = static_cast<int>(state.actions[i].signal); !is_signal(signal) || kUnblockable.has(signal))
            return bad(fmt::format("state.actions[{}].signal", i), "{} is none that a program handles", state.actions[i].signal);
    return check_pending(state.pending, "state.pending");
}

}  // namespace

Checked check_state(const ProgramState& state, std::span<const MemoryRegion> regions)
{
    if (auto good = check_areas(state); !good) return good;
    if (auto good = check_regions(state, regions); !good) return good;
    if (auto good = check_touched(state); !good) return good;
    if (auto good = check_threads(state); !good) return good;
    if (auto good = check_actions(state); !good) return good;
    constexpr std::uint32_t kPermissions = 0777;
    if ((state.umask & ~kPermissions) != 0) return bad("state.umask", "{:#o}", state.umask);
    if (auto good = check_text(state.program, "state.program"); !good) return good;
    if (auto good = check_text(state.working_directory, "state.working_directory"); !good) return good;
    try {
        check_descriptors(state.descriptors, std::numeric_limits<int>::max());
    } catch (const Error& error) {
        return bad("state.descriptors", "{}", error.hint());
    }
    return {};
}

}  // namespace husk::program
