#include "program/called.hpp"

#include "base/process_mark.hpp"
#include "machine/choose_engine.hpp"
#include "program/apart.hpp"
#include "program/descriptors.hpp"
#include "program/entry/function_call.hpp"
#include "program/entry/pages.hpp"
#include "program/frozen/descriptors.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/function.hpp"
#include "program/loop.hpp"
#include "program/process/signals.hpp"
#include "program/process/threads.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace husk::program {

namespace {

/// How much of its stack a function finds free below its arguments, at least.
constexpr std::uint64_t kStackForFunction = 64_KiB;

/// True if nothing that it is to have of files can be missing, so that it need not be looked for before it is wanted.
bool files_can_wait(const ProgramConfig& config, const FrozenContent& content)
{
    const auto is_given = [](const FrozenDescriptor& descriptor) {
        return descriptor.standard && (descriptor.flags & O_NONBLOCK) == 0;
    };
    return config.grants.empty() && !config.private_tmp && config.working_directory.empty() && !config.on_output &&
           !config.on_error_output && std::ranges::all_of(content.state.descriptors, is_given);
}

}  // namespace

Called::Called(ProgramConfig config, std::shared_ptr<const FrozenContent> content)
    : content_{std::move(content)}, machine_{machine::choose_engine(config.engine, x86::Mode::Long)}
{
    const int line = descriptor_line(config.limits);
    machine_.vm->keep_descriptors_above(line);
    image_ = image_above(*content_->memory, line);
    const bool later = files_can_wait(config, *content_);
    check_descriptors(content_->state.descriptors, line);
    readers_.read_for(config);
    if (later) keep_standard_descriptors(config);
    try {
        const Thawing from{
            .content = content_, .image = image_.get(), .machine = &machine_, .files_later = true, .goes = Goes::ByFunctions};
        parts_ = std::make_unique<Parts>(std::move(config), from);
        prepare();
        if (!later) start_errands([this] { unmake(); });
    } catch (...) {
        unmake();
        throw;
    }
}

Called::~Called()
{
    if (errands_)
        errands_->perform([this] { unmake(); });
    else
        unmake();
}

/// The caller may close them meanwhile. Low numbers, which whoever parts from this process closes.
void Called::keep_standard_descriptors(ProgramConfig& config)
{
    const std::array numbers{&config.standard_input, &config.standard_output, &config.standard_error};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (*numbers[i] < 0) continue;
        standard_[i] = UniqueFd{::fcntl(*numbers[i], F_DUPFD_CLOEXEC, 0)};
        if (!standard_[i]) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, "a standard descriptor of the program"};
        *numbers[i] = standard_[i].get();
    }
}

void Called::prepare()
{
    Process& process = this->process();
    Thread& thread = this->thread();
    engine::Vcpu& vcpu = thread.vcpu();
    process.elsewhere = [this](Thread& who, const std::function<Result()>& serve) { return elsewhere(who, serve); };
    timer_.emplace([&process] { process.end(stops::OutOfTime{}); });
    start_signals(process);
    restore_actions(process, content_->state);
    thread.visited = true;
    thread.asked_to_freeze = false;
    prepare_functions(thread);
    system_ = vcpu.system_registers();
    entry::write_function_stubs(process.space.reservation(), vectors_for(vcpu, content_->state.threads.front()),
                                system_.cr4.has(x86::Cr4::OSXSAVE), process.system_calls_stay_in_ring3);
}

/// `undo`: what was opened has its numbers on the thread that opened it alone, and can be closed on no other.
void Called::start_errands(const std::function<void()>& undo)
{
    errands_ = std::make_unique<Errands>([&] {
        try {
            arrange_descriptors(parts_->config, process().descriptor_line);
            prepare_interrupts();
            parts_->open_files();
        } catch (...) {
            undo();
            throw;
        }
    });
    readers_.close_writing_ends();
    standard_ = {};
}

/// The last: all but the machine, which the process has, too, is put away here.
void Called::unmake() noexcept
{
    if (!parts_) return;
    timer_.reset();
    // Threads that a function has started and left.
    process().end(stops::Cancelled{});
    join_threads(process());
    stop_signals(process());
    machine_.vm = std::move(process().vm);
    const bool has_descriptors = process().files.is_open();
    parts_.reset();
    if (!has_descriptors) return;
    for (const int fd : {0, 1, 2}) ::close(fd);
}

Result Called::elsewhere(Thread& thread, const std::function<Result()>& serve)
{
    const int here = thread.host_tid;
    Result result = 0;
    if (!errands_) start_errands([this] { process().files.close(); });
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
    Process& process = this->process();
    if (const auto stop = process.ended()) return tl::unexpected{*stop};
    Thread& thread = this->thread();
    const std::uint64_t top = content_->state.threads.front().registers.rsp;
    const FunctionFrame frame{arguments, top};
    if (top - frame.stack_pointer() > room_on_stack(top))
        throw std::invalid_argument{
            fmt::format("the arguments take {:#x} bytes, for which the program's stack at {:#x} has no room",
                        top - frame.stack_pointer(), top)};
    if (!process.memory.write({frame.bytes_at()}, frame.bytes()))
        throw Error{"call", EFAULT, fmt::format("the program's stack at {:#x} is not memory", top)};
    entry::write_real_arguments(process.space.reservation(), frame.reals());
    process.windows->prepare(function.value);
    process.windows->prepare(frame.stack_pointer());
    thread.user = frame.registers(function);
    thread.run_by(thread_id());
    const auto returned = run_function(thread, deadline, *timer_);
    thread.host_tid = 0;  // whoever has called is not to be disturbed any more
    if (const auto failure = process.failure()) std::rethrow_exception(failure);
    if (!returned) return tl::unexpected{process.ended().value_or(stops::Exited{thread.exit_status})};
    for (const auto& [at, host] : frame.changed())
        if (!process.memory.read(at, host)) throw Error{"call", EFAULT, "the function unmapped its own stack"};
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
    // In the ring where its last function has left it: Processor goes on from there.
    x86::SystemRegisters system = system_;
    if (!process.system_calls_stay_in_ring3) {
        const x86::SystemRegisters now = thread().vcpu().system_registers();
        system.cs = now.cs;
        system.ss = now.ss;
    }
    thread().vcpu().reset_system_registers(system);
    return true;
}

}  // namespace husk::program
