#include "program/timeline.hpp"

#include "base/match.hpp"
#include "program/abi/errors.hpp"
#include "program/abi/signals.hpp"
#include "program/process/process.hpp"
#include "program/trace/call_text.hpp"
#include "program/trace/signal_info.hpp"
#include "trace/processor_track.hpp"

#include <husk/guest.h>
#include <husk/trace_file.hpp>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <utility>

namespace husk::program {

/// What is kept of a thread.
class ThreadTimeline {
public:
    ThreadTimeline(trace::Writer& writer, trace::Place place, const std::string& name) : track{writer, place, name} {}

    trace::ProcessorTrack track;
    trace::PlaceNames names;
    std::uint64_t names_version = 0;  ///< of the modules
    std::optional<CallText> call;     ///< that is being made
};

namespace {

Reader reader_of(Thread& thread)
{
    return [memory = thread.process.memory](std::uint64_t at, std::span<std::byte> into) { return memory.read({at}, into); };
}

/// That of its file, until it gives itself another.
std::string name_of(Process& process)
{
    const std::lock_guard lock{process.threads_mutex};
    const std::string& path = process.config.path;
    return process.name.empty() ? path.substr(path.rfind('/') + 1) : process.name;
}

/// The file that is mapped at an address, and what of it; nothing if there is none.
std::pair<std::string, std::uint64_t> file_at(const Process& process, std::uint64_t address)
{
    const auto area = process.space.at({address});
    if (!area || area->name.empty()) return {};
    return {area->name, address - area->begin + area->file_offset};
}

/// Of a program that was thawed, whose files are not there: "libc.so.6+0x1234", an offset in the file.
std::string place_in_file(const Process& process, std::uint64_t address)
{
    const auto [path, offset] = file_at(process, address);
    return path.empty() ? std::string{} : fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), offset);
}

std::string_view name_of(const Call& call, const CallText& text)
{
    return call.number == HUSK_CALL ? "husk" : text.name();
}

/// Of the host thread, which has that of the guest's from prctl(PR_SET_NAME) on.
std::string own_name()
{
    std::array<char, 17> name{};  // TASK_COMM_LEN, and an end
    host_call(SYS_prctl, PR_GET_NAME, name.data(), 0, 0, 0);
    return name.data();
}

trace::Event& tell(trace::ProcessorTrack& track, const entry::Event& event)
{
    return std::visit(
        match{
            [&](const entry::events::SystemCall&) -> trace::Event& { return track.left("system call", "system call"); },
            [&](const entry::events::Exception& what) -> trace::Event& {
                trace::Event& exit = track.left(x86::name_of_vector(what.vector), "exception");
                exit.number("vector", what.vector).hexadecimal("error_code", what.error_code);
                return what.vector == x86::kPageFault ? exit.hexadecimal("address", what.address) : exit;
            },
            [&](const entry::events::NoMemory& fault) -> trace::Event& {
                trace::Event& exit = track.left("memory fault", "memory fault");
                return fault.address ? exit.hexadecimal("address", *fault.address) : exit;
            },
            [&](const entry::events::Interrupted&) -> trace::Event& { return track.left("interrupted", "interrupted"); },
            [&](const entry::events::Watched&) -> trace::Event& { return track.left("watched", "watched"); },
            [&](const entry::events::Broken& why) -> trace::Event& {
                return track.left("cannot execute", "cannot execute").text("reason", why.reason);
            },
        },
        event);
}

}  // namespace

Timeline::Timeline(std::shared_ptr<TraceFile> file, const Engine& engine) : file_{std::move(file)}, engine_{engine} {}
Timeline::~Timeline() = default;

int Timeline::number_of(Process& process)
{
    // When the first thread runs: Husk's own process is confined by then, and so is the thread that writes, which begins with the
    // first track.
    std::call_once(named_, [&] { number_ = file_->writer().add_process(process.pid, name_of(process), name(engine_)); });
    return number_;
}

ThreadTimeline& Timeline::of(Thread& thread)
{
    if (!thread.timeline) {
        const trace::Place place{number_of(thread.process), thread.tid};
        thread.timeline = std::make_shared<ThreadTimeline>(file_->writer(), place, name_of(thread.process));
    }
    return *thread.timeline;
}

void Timeline::enters(Thread& thread)
{
    of(thread).track.enters();
}

void Timeline::left(Thread& thread, const entry::Event& event)
{
    ThreadTimeline& mine = of(thread);
    trace::Event& exit = tell(mine.track, event).hexadecimal("rip", thread.user.rip);
    if (const std::uint64_t version = modules_.version(); version != mine.names_version) {
        mine.names.forget();
        mine.names_version = version;
    }
    const std::string& symbol = mine.names.at(thread.user.rip, [&](std::uint64_t address) {
        std::string name = modules_.at(address);
        return name.empty() ? place_in_file(thread.process, address) : name;
    });
    if (!symbol.empty()) exit.text("symbol", symbol);
}

void Timeline::stops(Thread& thread)
{
    if (thread.timeline) thread.timeline->track.stops();
}

void Timeline::before(Thread& thread, const Call& call)
{
    static constexpr Limits kLimits;
    ThreadTimeline& mine = of(thread);
    mine.call.emplace(call.number, call.arguments, reader_of(thread), kLimits);
    if (trace::Event* const exit = mine.track.exit()) exit->text("call", name_of(call, *mine.call));
}

void Timeline::after(Thread& thread, const Call& call, Result result, std::chrono::steady_clock::time_point begun,
                     std::chrono::nanoseconds took)
{
    ThreadTimeline& mine = of(thread);
    if (!mine.call) return;
    trace::Event event = mine.track.did(name_of(call, *mine.call), "syscall", begun);
    const Reader read = reader_of(thread);
    event.text("arguments", mine.call->arguments(result, read)).text("result", mine.call->result(result, read));
    if (!mine.call->never_returns()) event.signed_number("value", result);
    if (is_error(result)) event.number("errno", static_cast<std::uint64_t>(-result));
    mine.track.add(std::move(event), took);
    mine.call.reset();
    if (is_error(result)) return;
    note_memory(thread, call, result);
    if (call.number == SYS_prctl && call.word(0) == PR_SET_NAME && !thread.visited) mine.track.rename(own_name());
}

/// Other code may be where some was.
void Timeline::note_memory(const Thread& thread, const Call& call, Result result)
{
    const std::uint64_t size = (call.word(1) + kPageSize - 1) / kPageSize * kPageSize;
    if (call.number == SYS_munmap) modules_.remove(call.word(0), call.word(0) + size);
    if (call.number != SYS_mmap) return;
    const auto begin = static_cast<std::uint64_t>(result);
    const bool code = (call.word(2) & PROT_EXEC) != 0 && (call.word(3) & MAP_ANONYMOUS) == 0;
    // Descriptors are those of the program's own host threads.
    if (code && !thread.visited)
        modules_.add_mapped(begin, begin + size, call.word(5), call.integer(4), file_at(thread.process, begin).first);
    else
        modules_.remove(begin, begin + size);
}

void Timeline::signal(Thread& thread, const siginfo_t& info)
{
    ThreadTimeline& mine = of(thread);
    std::string name = name_of_signal(info.si_signo);
    trace::Event event = mine.track.happens(name.empty() ? "signal " + std::to_string(info.si_signo) : name, "signal");
    event.text("info", format_signal_info(info));
    mine.track.add(std::move(event));
}

void Timeline::ended(Thread& thread, const std::string& how)
{
    ThreadTimeline& mine = of(thread);
    mine.track.stops();
    mine.track.add(mine.track.happens(how, "stop"));
}

}  // namespace husk::program
