#include "program/process/features.hpp"

#include "program/process/process.hpp"
#include "program/process/threads.hpp"

#include <husk/error.hpp>

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace husk::program {

namespace {

x86::CpuFeatures asked_once(const Process& process, const std::function<x86::CpuFeatures()>& ask)
{
    static std::mutex mutex;
    static std::array<std::optional<x86::CpuFeatures>, 2> known;
    const std::lock_guard lock{mutex};
    auto& answer = known[process.vm->follows_host_mappings() ? 1 : 0];
    if (!answer) answer = ask();
    return *answer;
}

}  // namespace

x86::CpuFeatures shown_features(Thread& thread)
{
    return asked_once(thread.process, [&] {
        const engine::Entered entered{thread.vcpu(), engine::kNever};
        return thread.processor().ask_features();
    });
}

x86::CpuFeatures shown_features(Process& process)
{
    return asked_once(process, [&] {
        auto seat = new_seat(process);
        if (!seat) throw Error{"CPUID at ring 3", seat.error(), "there is no processor to ask"};
        entry::Processor processor{process.space.reservation(), seat->vcpu, seat->index};
        const x86::CpuFeatures features = [&] {
            const engine::Entered entered{*seat->vcpu, engine::kNever};
            return processor.ask_features();
        }();
        process.seats.give_back(std::move(*seat));
        return features;
    });
}

}  // namespace husk::program
