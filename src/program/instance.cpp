#include "base/process_mark.hpp"
#include "machine/choose_engine.hpp"
#include "program/apart.hpp"
#include "program/calls/effects.hpp"
#include "program/descriptors.hpp"
#include "program/entry/function_call.hpp"
#include "program/entry/pages.hpp"
#include "program/errands.hpp"
#include "program/frozen/content_for.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/function.hpp"
#include "program/loop.hpp"
#include "program/output_reader.hpp"
#include "program/parts.hpp"
#include "program/process/signals.hpp"
#include "program/process/threads.hpp"

#include <husk/error.hpp>
#include <husk/instance.hpp>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace husk {

namespace program {

namespace {

/// How much of its stack a function finds free below its arguments, at least.
constexpr std::uint64_t kStackForFunction = 64_KiB;

engine::Deadline deadline_after(std::chrono::nanoseconds timeout)
{
    if (timeout <= std::chrono::nanoseconds::zero()) throw std::invalid_argument{"a timeout is longer than nothing"};
    const auto now = std::chrono::steady_clock::now();
    return timeout >= engine::kNever - now ? engine::kNever : now + timeout;
}

}  // namespace

/// A thawed program at rest, and what it takes to call into it. It lives on a thread with descriptors of its own, where its calls
/// are served; but its machine is also the process's, so that any thread can run it.
class Called {
public:
    Called(ProgramConfig config, std::shared_ptr<const FrozenContent> content);
    ~Called();
    Called(const Called&) = delete;
    Called& operator=(const Called&) = delete;

    tl::expected<Returned, ProgramStop> call(GuestVirt function, std::span<const husk::Argument> arguments,
                                             engine::Deadline deadline);
    /// False if it has done more than what can be undone in place.
    bool rewind(std::span<const Restored> restored);

    Process& process() { return parts_->process; }
    Thread& thread() { return *parts_->first; }

private:
    void build(const ProgramConfig& config, int line);
    void prepare();
    void unmake() noexcept;
    Result elsewhere(Thread& thread, const std::function<Result()>& serve);
    std::uint64_t room_on_stack(std::uint64_t top) const;

    std::shared_ptr<const FrozenContent> content_;
    UniqueFd image_;  ///< of its memory
    OutputReaders readers_;
    machine::Chosen machine_;
    std::unique_ptr<Parts> parts_;
    x86::SystemRegisters system_;  ///< what its processor began with
    std::unique_ptr<Errands> errands_;
};

Called::Called(ProgramConfig config, std::shared_ptr<const FrozenContent> content)
    : content_{std::move(content)}, machine_{machine::choose_engine(config.engine, x86::Mode::Long)}
{
    const int line = descriptor_line(config.limits);
    machine_.vm->keep_descriptors_above(line);
    image_ = image_above(*content_->memory, line);
    readers_.read_for(config);
    errands_ = std::make_unique<Errands>([&] { build(config, line); });
    readers_.close_writing_ends();
}

Called::~Called()
{
    errands_->perform([this] { unmake(); });
}

/// The first that its own thread does.
void Called::build(const ProgramConfig& config, int line)
{
    arrange_descriptors(config, line);
    try {
        const Thawing from{.content = content_, .image = image_.get(), .machine = &machine_};
        parts_ = std::make_unique<Parts>(config, from);
        prepare();
    } catch (...) {
        unmake();
        throw;
    }
}

void Called::prepare()
{
    Process& process = this->process();
    Thread& thread = this->thread();
    engine::Vcpu& vcpu = thread.vcpu();
    process.elsewhere = [this](Thread& who, const std::function<Result()>& serve) { return elsewhere(who, serve); };
    prepare_interrupts();
    start_signals(process);
    restore_actions(process, content_->state);
    thread.visited = true;
    thread.asked_to_freeze = false;
    prepare_functions(thread);
    system_ = vcpu.system_registers();
    entry::write_function_stubs(process.space.reservation(), vcpu.vector_state(), system_.cr4.has(x86::Cr4::OSXSAVE));
}

/// The last: all but the machine, which the process has, too, is put away here.
void Called::unmake() noexcept
{
    if (!parts_) return;
    // Threads that a function has started and left.
    process().end(stops::Cancelled{});
    join_threads(process());
    stop_signals(process());
    machine_.vm = std::move(process().vm);
    parts_.reset();
    for (const int fd : {0, 1, 2}) ::close(fd);
}

Result Called::elsewhere(Thread& thread, const std::function<Result()>& serve)
{
    const int here = thread.host_tid;
    Result result = 0;
    errands_->perform([&] {
        thread.run_by(thread_id());
        result = serve();
    });
    thread.run_by(here);
    return result;
}

std::uint64_t Called::room_on_stack(std::uint64_t top) const
{
    const auto area = parts_->process.space.at({top - 1});
    return area && top - area->begin > kStackForFunction ? top - area->begin - kStackForFunction : 0;
}

tl::expected<Returned, ProgramStop> Called::call(GuestVirt function, std::span<const husk::Argument> arguments,
                                                 engine::Deadline deadline)
{
    if (const auto stop = process().ended()) return tl::unexpected{*stop};
    Thread& thread = this->thread();
    const std::uint64_t top = content_->state.threads.front().registers.rsp;
    const FunctionFrame frame{arguments, top};
    if (top - frame.stack_pointer() > room_on_stack(top))
        throw std::invalid_argument{
            fmt::format("the arguments take {:#x} bytes, for which the program's stack at {:#x} has no room",
                        top - frame.stack_pointer(), top)};
    if (!process().memory.write({frame.bytes_at()}, frame.bytes()))
        throw Error{"call", EFAULT, fmt::format("the program's stack at {:#x} is not memory", top)};
    entry::write_real_arguments(process().space.reservation(), frame.reals());
    thread.user = frame.registers(function);
    thread.run_by(thread_id());
    const auto returned = run_function(thread, deadline);
    if (const auto failure = process().failure()) std::rethrow_exception(failure);
    if (!returned) return tl::unexpected{process().ended().value_or(stops::Exited{thread.exit_status})};
    for (const auto& [at, host] : frame.changed())
        if (!process().memory.read(at, host)) throw Error{"call", EFAULT, "the function unmapped its own stack"};
    return Returned{static_cast<std::int64_t>(returned->integer), std::bit_cast<double>(returned->real)};
}

bool Called::rewind(std::span<const Restored> restored)
{
    Process& process = this->process();
    if (process.ended() || process.failure() || process.has_traces || thread().finished || process.threads.size() != 1)
        return false;
    const ProgramState& state = content_->state;
    content_->memory->check();
    const Randomness random{state};
    if (failed(process.space.rewind(restored, {state.break_begin, state.break_end}, image_.get(), random.fresh()))) return false;
    thread().vcpu().reset_system_registers(system_);
    return true;
}

}  // namespace program

using program::Called;

class Instance::Inner {
public:
    Inner(FrozenProgram frozen, ProgramConfig config) : frozen_{std::move(frozen)}, config_{std::move(config)}
    {
        frozen_.content_ = program::content_for(std::move(frozen_.content_), config_.engine);
        restored_ = program::restored_areas(frozen_.content());
        const std::size_t threads = frozen_.content().state.threads.size();
        if (threads != 1)
            throw Error{"thaw", ENOTSUP,
                        fmt::format("functions are called in a program of one thread, and this one has {}", threads)};
        if (config_.owns_process) throw std::invalid_argument{"an instance shares its process"};
        const int line = program::descriptor_line(config_.limits);
        machine::keep_devices_above(line);
        thaw();
    }

    Called& called() { return *called_; }
    const FrozenProgram& frozen() const { return frozen_; }

    void reset()
    {
        if (!called_ || !called_->rewind(restored_)) thaw();
    }

private:
    void thaw()
    {
        called_.reset();
        called_ = std::make_unique<Called>(config_, frozen_.content_);
    }

    FrozenProgram frozen_;
    ProgramConfig config_;
    std::vector<program::Restored> restored_;
    std::unique_ptr<Called> called_;
};

Instance::Instance(FrozenProgram frozen, ProgramConfig config)
    : inner_{std::make_unique<Inner>(std::move(frozen), std::move(config))}
{}
Instance::~Instance() = default;
Instance::Instance(Instance&&) noexcept = default;
Instance& Instance::operator=(Instance&&) noexcept = default;

tl::expected<Returned, ProgramStop> Instance::call(std::string_view function, std::span<const Argument> arguments,
                                                   std::chrono::nanoseconds timeout)
{
    const auto at = find(function);
    if (!at) throw std::invalid_argument{fmt::format("the frozen program has no function '{}'", function)};
    return call(*at, arguments, timeout);
}

tl::expected<Returned, ProgramStop> Instance::call(GuestVirt function, std::span<const Argument> arguments,
                                                   std::chrono::nanoseconds timeout)
{
    return inner_->called().call(function, arguments, program::deadline_after(timeout));
}

std::optional<GuestVirt> Instance::find(std::string_view function) const
{
    return inner_->frozen().find(function);
}

bool Instance::read(GuestVirt at, std::span<std::byte> into) const
{
    return inner_->called().process().memory.read(at, into);
}

bool Instance::write(GuestVirt at, std::span<const std::byte> from)
{
    return inner_->called().process().memory.write(at, from);
}

void Instance::reset()
{
    inner_->reset();
}

const FrozenProgram& Instance::frozen() const
{
    return inner_->frozen();
}

}  // namespace husk
