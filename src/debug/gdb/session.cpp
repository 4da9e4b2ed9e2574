#include "debug/gdb/session.hpp"

#include "base/match.hpp"
#include "debug/gdb/packet.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace husk::debug::gdb {

namespace {

using outcomes::Answer;

constexpr auto kOk = "OK";
// GDB shows these numbers as they are; they are errno's: EFAULT, EINVAL.
constexpr auto kNoMemory = "E0e", kInvalid = "E16";

Breakpoint breakpoint_of(const requests::SetBreakpoint& request)
{
    using Kind = requests::SetBreakpoint::Kind;
    Breakpoint made{.at = GuestVirt{request.at}};
    switch (request.kind) {
        case Kind::Software: return made;
        case Kind::Hardware: made.hardware = true; return made;
        case Kind::Write: made.on = Breakpoint::On::Write; break;
        case Kind::Read: made.on = Breakpoint::On::Read; break;
        case Kind::Access: made.on = Breakpoint::On::Access; break;
    }
    made.size = request.size;
    return made;
}

std::string thread_number(std::int64_t thread)
{
    return fmt::format("{:x}", thread);
}

}  // namespace

Session::Session(Target& target) : target_{target}
{
    target_.attach();
    target_.set_breakpoints({});
}

Outcome Session::answer(std::string_view body)
{
    try {
        return dispatch(parse_request(body));
    } catch (const Error& error) {
        // "E.TEXT" is an error that GDB prints, where it prints any.
        return Answer{fmt::format("E.{}", error.what())};
    }
}

Outcome Session::dispatch(const Request& request)
{
    using namespace requests;
    return std::visit(match{
                          [&](const WhyStopped&) -> Outcome { return Answer{tell(target_.why_stopped()).back()}; },
                          [&](const ReadRegisters&) -> Outcome {
                              return Answer{to_hex(target_.description().read_all(target_.state(current())))};
                          },
                          [&](const AskActions&) -> Outcome { return Answer{"vCont;c;C;s;S"}; },
                          [&](const IsThreadAlive& ask) -> Outcome { return Answer{is_thread(ask.thread) ? kOk : kInvalid}; },
                          [&](const CurrentThread&) -> Outcome { return Answer{"QC" + thread_number(current())}; },
                          [&](const FirstThreads&) -> Outcome { return Answer{all_threads()}; },
                          [](const MoreThreads&) -> Outcome { return Answer{"l"}; },
                          [&](const ThreadInfo& ask) -> Outcome {
                              return Answer{is_thread(ask.thread) ? to_hex(target_.thread_info(ask.thread)) : kInvalid};
                          },
                          [&](const AskSupport&) -> Outcome { return Answer{support()}; },
                          [](const AskAttached&) -> Outcome { return Answer{"1"}; },
                          [&](const StopAcknowledging&) -> Outcome {
                              acknowledges_ = false;
                              return Answer{kOk};
                          },
                          [](const Detach&) -> Outcome { return outcomes::Detached{}; },
                          [](const Kill& kill) -> Outcome { return outcomes::Killed{kill.answer ? kOk : ""}; },
                          [](const Unknown&) -> Outcome { return Answer{}; },
                          [](const Malformed& bad) -> Outcome { return Answer{"E." + bad.why}; },
                          [&](const Resume& resume) -> Outcome { return serve(resume); },
                          [&](const auto& other) -> Outcome { return Answer{serve(other)}; },
                      },
                      request);
}

std::vector<std::string> Session::tell(const StopReport& report)
{
    std::vector<std::string> bodies;
    if (!report.words.empty()) bodies.push_back("O" + to_hex(report.words + "\n"));
    switch (report.kind) {
        case StopReport::Kind::Exited: bodies.push_back(fmt::format("W{:02x}", report.number & 0xFF)); break;
        case StopReport::Kind::Terminated: bodies.push_back(fmt::format("X{:02x}", report.number & 0xFF)); break;
        case StopReport::Kind::Stopped:
            selected_ = report.thread;
            bodies.push_back(fmt::format("T{:02x}thread:{};{}", report.number & 0xFF, thread_number(report.thread), report.reason));
    }
    return bodies;
}

std::string Session::support() const
{
    std::string text =
        fmt::format("PacketSize={:x};QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+;qXfer:features:read+", kLongestPacket);
    for (const std::string_view kind : target_.objects()) text += fmt::format(";qXfer:{}:read+", kind);
    return text;
}

std::string Session::serve(const requests::WriteRegisters& request)
{
    MachineState state = target_.state(current());
    if (!target_.description().write_all(state, request.bytes)) return kInvalid;
    target_.set_state(current(), state);
    return kOk;
}

std::string Session::serve(const requests::ReadRegister& request)
{
    if (request.number >= target_.description().count()) return kInvalid;
    return to_hex(target_.description().read(target_.state(current()), request.number));
}

std::string Session::serve(const requests::WriteRegister& request)
{
    MachineState state = target_.state(current());
    if (!target_.description().write(state, request.number, request.bytes)) return kInvalid;
    target_.set_state(current(), state);
    return kOk;
}

std::string Session::serve(const requests::ReadMemory& request)
{
    std::vector<std::byte> bytes(std::min<std::uint64_t>(request.size, kLongestPacket / 2));
    const std::size_t size = target_.read(request.at, request.physical, bytes);
    if (size == 0 && !bytes.empty()) return kNoMemory;
    return to_hex(std::span{bytes}.first(size));
}

std::string Session::serve(const requests::WriteMemory& request)
{
    return target_.write(request.at, std::as_bytes(std::span{request.bytes})) ? kOk : kNoMemory;
}

std::string Session::serve(const requests::SetBreakpoint& request)
{
    const Breakpoint wanted = breakpoint_of(request);
    if (wanted.size == 0) return kInvalid;
    auto changed = breakpoints_;
    const auto found = std::ranges::find(changed, wanted);
    if (request.insert == (found != changed.end())) return kOk;  // as it is already
    if (request.insert)
        changed.push_back(wanted);
    else
        changed.erase(found);
    target_.set_breakpoints(changed);
    breakpoints_ = std::move(changed);
    return kOk;
}

std::string Session::serve(const requests::SelectThread& request)
{
    const bool any = request.thread == kAnyThread || request.thread == kAllThreads;
    if (!any && !is_thread(request.thread)) return kInvalid;
    if (!request.for_resume && !any) selected_ = request.thread;
    return kOk;
}

std::string Session::serve(const requests::ReadObject& request)
{
    std::optional<std::string> object;
    if (request.kind == "features")
        object = request.annex == "target.xml" ? std::optional{target_.description().xml()} : std::nullopt;
    else
        object = target_.object(request.kind, request.annex);
    if (!object) return request.kind == "features" ? "E00" : "";
    if (request.offset >= object->size()) return "l";
    const std::string piece = object->substr(request.offset, std::min<std::uint64_t>(request.size, kLongestPacket / 2));
    return (request.offset + piece.size() < object->size() ? "m" : "l") + piece;
}

std::string Session::serve(const requests::Monitor& request)
{
    std::string text = target_.monitor(request.command);
    // One packet takes so much of it.
    constexpr std::size_t kMost = kLongestPacket / 2 - 16;
    if (text.size() > kMost) text = text.substr(0, kMost) + "\n…\n";
    return text.empty() ? kOk : to_hex(text);
}

std::string Session::serve(const FileRequest& request)
{
    TargetFiles* const files = target_.files();
    return files != nullptr ? files_.answer(*files, request) : std::string{};
}

Outcome Session::serve(const requests::Resume& request)
{
    if (request.at) {
        MachineState state = target_.state(current());
        state.registers.rip = *request.at;
        target_.set_state(current(), state);
    }
    return outcomes::GoOn{request};
}

std::string Session::all_threads()
{
    std::string text = "m";
    for (const std::int64_t thread : target_.threads()) text += (text.size() > 1 ? "," : "") + thread_number(thread);
    return text;
}

bool Session::is_thread(std::int64_t thread)
{
    const auto all = target_.threads();
    return std::ranges::find(all, thread) != all.end();
}

std::int64_t Session::current()
{
    if (selected_ == kAnyThread || !is_thread(selected_)) selected_ = target_.threads().front();
    return selected_;
}

}  // namespace husk::debug::gdb
