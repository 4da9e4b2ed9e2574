#include "program/debug/looked_at.hpp"

#include "engine/accesses.hpp"
#include "program/process/process.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace husk::program {

namespace {

using Accesses = std::vector<engine::MemoryAccess>;

std::vector<std::byte> value_of(const Process& process, const Breakpoint& watchpoint)
{
    std::vector<std::byte> value(watchpoint.size);
    value.resize(process.memory.read_some(watchpoint.at, value));
    return value;
}

Accesses accesses_of(Thread& thread, const x86::Registers& registers)
{
    constexpr std::size_t kLongest = 15;  // bytes of an instruction
    std::array<std::byte, kLongest> code{};
    const std::size_t size = thread.process.memory.read_some({registers.rip}, code);
    engine::Vcpu& vcpu = thread.vcpu();
    return engine::accesses_of(std::span{code}.first(size), registers, vcpu.fs_base(), vcpu.gs_base());
}

bool touches(const engine::MemoryAccess& access, const Breakpoint& watchpoint)
{
    const std::uint64_t at = watchpoint.at.value;
    const bool overlaps = access.at < at + watchpoint.size && at < access.at + access.size;
    return overlaps && (watchpoint.on == Breakpoint::On::Access || access.write == (watchpoint.on == Breakpoint::On::Write));
}

bool is_alone(Process& process)
{
    const std::lock_guard lock{process.threads_mutex};
    return process.threads.size() == 1;
}

}  // namespace

void LookedAt::before(const Thread& thread, const std::vector<Breakpoint>& watchpoints)
{
    watchpoints_ = &watchpoints;
    registers_ = thread.user;
    values_.clear();
    for (const Breakpoint& each : watchpoints) values_.push_back(value_of(thread.process, each));
}

const Breakpoint* LookedAt::behind(Thread& thread, bool system_call)
{
    const auto* const watchpoints = std::exchange(watchpoints_, nullptr);
    if (watchpoints == nullptr) return nullptr;
    // Taking an instruction apart costs more than to compare a value.
    std::optional<Accesses> accesses;
    const auto touched = [&](const Breakpoint& watchpoint) {
        if (!accesses) accesses = accesses_of(thread, registers_);
        return std::ranges::any_of(*accesses, [&](const auto& access) { return touches(access, watchpoint); });
    };
    for (std::size_t i = 0; i < watchpoints->size(); ++i) {
        const Breakpoint& each = (*watchpoints)[i];
        const bool reads = each.on != Breakpoint::On::Write, writes = each.on != Breakpoint::On::Read;
        // SYSCALL itself touches nothing, and what it left may be looked at behind it.
        if (reads && !system_call && touched(each)) return &each;
        if (!writes || value_of(thread.process, each) == values_[i]) continue;
        if (system_call || is_alone(thread.process) || touched(each) || accesses->empty()) return &each;
    }
    return nullptr;
}

}  // namespace husk::program
