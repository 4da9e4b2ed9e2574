#include "program/debug/looked_at.hpp"

#include "program/process/process.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace husk::program {

namespace {

std::vector<std::byte> value_of(const Process& process, const Breakpoint& watchpoint)
{
    std::vector<std::byte> value(watchpoint.size);
    value.resize(process.space.reservation().read(watchpoint.at.value, value));
    return value;
}

std::vector<engine::MemoryAccess> accesses_at(Thread& thread)
{
    constexpr std::size_t kLongest = 15;  // bytes of an instruction
    std::array<std::byte, kLongest> code{};
    const std::size_t size = thread.process.space.reservation().read(thread.user.rip, code);
    engine::Vcpu& vcpu = thread.vcpu();
    return engine::accesses_of(std::span{code}.first(size), thread.user, vcpu.fs_base(), vcpu.gs_base());
}

bool touches(const engine::MemoryAccess& access, const Breakpoint& watchpoint)
{
    const std::uint64_t at = watchpoint.at.value;
    const bool overlaps = access.at < at + watchpoint.size && at < access.at + access.size;
    switch (watchpoint.on) {
        case Breakpoint::On::Write: return overlaps && access.write;
        case Breakpoint::On::Read: return overlaps && !access.write;
        case Breakpoint::On::Access: return overlaps;
        case Breakpoint::On::Execute: return false;
    }
    return false;
}

}  // namespace

void LookedAt::before(Thread& thread, const std::vector<Breakpoint>& watchpoints)
{
    watchpoints_ = &watchpoints;
    values_.clear();
    accesses_.clear();
    if (watchpoints.empty()) return;
    accesses_ = accesses_at(thread);
    for (const Breakpoint& each : watchpoints) values_.push_back(value_of(thread.process, each));
}

const Breakpoint* LookedAt::behind(Thread& thread)
{
    const auto* const watchpoints = std::exchange(watchpoints_, nullptr);
    if (watchpoints == nullptr) return nullptr;
    for (std::size_t i = 0; i < watchpoints->size(); ++i) {
        const Breakpoint& each = (*watchpoints)[i];
        if (std::ranges::any_of(accesses_, [&](const auto& access) { return touches(access, each); })) return &each;
        if (each.on != Breakpoint::On::Read && value_of(thread.process, each) != values_[i]) return &each;
    }
    return nullptr;
}

}  // namespace husk::program
