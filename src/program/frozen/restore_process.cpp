#include "program/frozen/restore_process.hpp"

#include "program/process/signals.hpp"
#include "program/process/threads.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace husk::program {

namespace {

constexpr std::string_view kThaw = "thaw";

/// The regions of an image, one after the other, and where their bytes are.
class Pieces {
public:
    explicit Pieces(const MemoryImage& image) : regions_{image.regions()}, offset_{image.offset()} {}

    /// Those below `end`, of which none was given before: of the areas by rising address, each its own.
    const std::vector<Contents>& below(std::uint64_t end)
    {
        pieces_.clear();
        for (; next_ < regions_.size() && regions_[next_].base.value < end; ++next_) {
            const MemoryRegion& region = regions_[next_];
            pieces_.push_back({region.base.value, region.base.value + region.size, offset_});
            offset_ += region.size;
        }
        return pieces_;
    }

private:
    std::span<const MemoryRegion> regions_;
    std::uint64_t offset_;
    std::size_t next_ = 0;
    std::vector<Contents> pieces_;
};

/// How many areas from the first on Space::restore_joined() takes: none or two and more.
std::size_t joined(std::span<const Restored> areas)
{
    const auto fits = [](const Restored& each) {
        const auto& [area, contents] = each;
        return (area.protection & (PROT_READ | PROT_WRITE)) == PROT_READ && contents.size() == 1 &&
               contents[0].begin == area.begin && contents[0].end == area.end;
    };
    std::size_t count = 0;
    while (count < areas.size() && fits(areas[count])) {
        if (count > 0) {
            const auto& [before, its] = areas[count - 1];
            const bool beside =
                before.end == areas[count].area.begin && its[0].file_offset + before.size() == areas[count].contents[0].file_offset;
            if (!beside) break;
        }
        ++count;
    }
    return count < 2 ? 0 : count;
}

/// The flags that a program may change, and those that it always has.
Flags<x86::Rflags> flags_of(Flags<x86::Rflags> frozen)
{
    using F = x86::Rflags;
    constexpr Flags<F> kOfPrograms = F::AC | F::OF | F::DF | F::TF | F::SF | F::ZF | F::AF | F::PF | F::CF | F::RF;
    return Flags<F>{frozen.word() & kOfPrograms.word()} | F::One | F::IF;
}

void restore_pending(PendingSignals& pending, const FrozenPending& frozen)
{
    std::vector<SignalInfo> infos;
    for (const auto& bytes : frozen.infos)
        std::memcpy(&infos.emplace_back(), bytes.data(), std::min(bytes.size(), sizeof(SignalInfo)));
    pending.restore(SignalSet{frozen.set}, infos);
}

/// States of the processor that it had and this one has not are refused by the processor.
void restore_processor(engine::Vcpu& vcpu, const FrozenThread& frozen, Goes goes)
{
    vcpu.set_fs_base(frozen.fs_base);
    vcpu.set_gs_base(frozen.gs_base);
    const auto vectors = vectors_for(vcpu, frozen);
    if (!(goes == Goes::On ? vcpu.set_vector_state(vectors) : vcpu.accepts_vector_state(vectors)))
        throw Error{kThaw, ENOTSUP, fmt::format("thread {} uses vector registers that there are not here", frozen.id)};
}

}  // namespace

std::vector<std::byte> vectors_for(engine::Vcpu& vcpu, const FrozenThread& frozen)
{
    auto vectors = frozen.vectors;
    vectors.resize(vcpu.vector_state_size());
    return vectors;
}

Randomness::Randomness(const ProgramState& state) : at_{auxiliary_value(state.auxiliary, AT_RANDOM)}
{
    if (at_) host_call(SYS_getrandom, bytes_.data(), bytes_.size(), 0);
}

Area area_of(const FrozenArea& frozen)
{
    return {.begin = frozen.begin,
            .end = frozen.end,
            .protection = static_cast<int>(frozen.protection),
            .flags = static_cast<int>(frozen.flags),
            .file_offset = frozen.file_offset,
            .name = frozen.name,
            .wipe_on_fork = frozen.wipe_on_fork};
}

std::vector<Restored> restored_areas(const FrozenContent& content)
{
    Pieces pieces{*content.memory};
    std::vector<Restored> all;
    all.reserve(content.state.areas.size());
    for (const FrozenArea& frozen : content.state.areas) all.push_back({area_of(frozen), pieces.below(frozen.end)});
    return all;
}

void restore_space(Process& process, const FrozenContent& content, int image)
{
    const std::vector<Restored> all = restored_areas(content);
    for (std::span<const Restored> left{all}; !left.empty();) {
        const std::size_t together = joined(left);
        const Area& area = left.front().area;
        const Result result = together > 0 ? process.space.restore_joined(left.first(together), image)
                                           : process.space.restore(area, left.front().contents, image);
        if (failed(result))
            throw Error{kThaw, static_cast<int>(-result),
                        fmt::format("memory of the program, {:#x} bytes at {:#x}", area.size(), area.begin)};
        left = left.subspan(std::max<std::size_t>(together, 1));
    }
    process.space.restore_break({content.state.break_begin, content.state.break_end});
    const Randomness random{content.state};
    // If their place is not there any more, the program does not look at it.
    (void)process.memory.write({random.fresh().at}, random.fresh().bytes);
}

void restore_standing(Process& process, const ProgramState& state)
{
    Standing& standing = process.standing;
    if (standing.owns_process)
        host_call(SYS_umask, state.umask);
    else
        standing.umask = state.umask;
    standing.dumpable = state.dumpable;
    standing.no_new_privileges = state.no_new_privileges;
    for (unsigned resource = 0; resource < state.limits.size(); ++resource) {
        const FrozenLimit& frozen = state.limits[resource];
        standing.limits.lower(resource, {.rlim_cur = frozen.current, .rlim_max = frozen.maximum});
    }
    const std::lock_guard lock{process.threads_mutex};
    process.name = state.name;
}

void restore_actions(Process& process, const ProgramState& state)
{
    ProcessSignals& signals = process.signals;
    const std::lock_guard lock{signals.mutex};
    for (const FrozenAction& frozen : state.actions) {
        const auto signal = static_cast<int>(frozen.signal);
        signals.actions.set(signal, {frozen.handler, frozen.flags, frozen.restorer, SignalSet{frozen.mask}});
        signals.host.follow(signal, signals.actions);
    }
    restore_pending(signals.pending, state.pending);
}

std::shared_ptr<Thread> restore_thread(Process& process, const FrozenThread& frozen, Goes goes)
{
    auto seat = new_seat(process);
    if (!seat) throw Error{kThaw, seat.error(), fmt::format("a processor for thread {}", frozen.id)};
    restore_processor(*seat->vcpu, frozen, goes);
    auto thread = std::make_shared<Thread>(process, std::move(*seat));
    thread->tid = static_cast<int>(frozen.id);
    thread->first = frozen.first;
    thread->host_name = frozen.name;
    thread->user = frozen.registers;
    thread->user.rflags = flags_of(frozen.registers.rflags);
    thread->clear_child_tid = {frozen.clear_child_tid};
    thread->robust_list = {frozen.robust_list};
    thread->asked_to_freeze = frozen.asked_to_freeze;
    if (frozen.wait) {
        WaitLeft& wait = thread->wait_left.emplace(WaitLeft{{.number = frozen.wait->number}, frozen.wait->left});
        std::copy_n(frozen.wait->arguments.begin(), wait.call.arguments.size(), wait.call.arguments.begin());
    }
    ThreadSignals& signals = thread->signals;
    signals.blocked = SignalSet{frozen.blocked}.without(kUnblockable);
    signals.stack = {.base = frozen.stack, .flags = static_cast<std::int32_t>(frozen.stack_flags), .size = frozen.stack_size};
    restore_pending(signals.pending, frozen.pending);
    // What waits and is not blocked is taken before the first instruction.
    thread->attend();
    const std::lock_guard lock{process.threads_mutex};
    process.threads.push_back(thread);
    return thread;
}

}  // namespace husk::program
