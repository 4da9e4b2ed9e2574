#include "debug/gdb/request.hpp"

#include "debug/gdb/packet.hpp"
#include "debug/gdb/words.hpp"

#include <array>
#include <utility>

namespace husk::debug::gdb {

namespace {

Request malformed(std::string_view what)
{
    return requests::Malformed{std::string{what}};
}

/// ADDR,SIZE
std::optional<std::pair<std::uint64_t, std::uint64_t>> range(Words& words)
{
    const auto at = words.number();
    if (!at || !words.skip(",")) return std::nullopt;
    const auto size = words.number();
    if (!size) return std::nullopt;
    return std::pair{*at, *size};
}

Request read_memory(Words words, bool physical)
{
    const auto where = range(words);
    if (!where || !words.done()) return malformed("a read of memory is not ADDR,SIZE");
    return requests::ReadMemory{where->first, where->second, physical};
}

Request write_memory(Words words, bool hex)
{
    const auto where = range(words);
    if (!where || !words.skip(":")) return malformed("a write of memory is not ADDR,SIZE:DATA");
    auto bytes = hex ? from_hex(words.rest()) : std::optional{std::string{words.rest()}};
    if (!bytes || bytes->size() != where->second) return malformed("a write of memory has not the bytes that it says");
    return requests::WriteMemory{where->first, *std::move(bytes)};
}

Request write_register(Words words)
{
    const auto number = words.number();
    if (!number || !words.skip("=")) return malformed("a write of a register is not NUMBER=VALUE");
    auto bytes = from_hex(words.rest());
    if (!bytes) return malformed("a register's value is not hexadecimal");
    return requests::WriteRegister{static_cast<std::size_t>(*number), *std::move(bytes)};
}

Request read_register(Words words)
{
    const auto number = words.number();
    if (!number || !words.done()) return malformed("a register has no number");
    return requests::ReadRegister{static_cast<std::size_t>(*number)};
}

Request write_registers(Words words)
{
    auto bytes = from_hex(words.rest());
    if (!bytes) return malformed("registers are not hexadecimal");
    return requests::WriteRegisters{*std::move(bytes)};
}

/// A signal is two digits.
std::optional<int> signal(Words& words)
{
    constexpr std::uint64_t kMost = 0xFF;
    const auto number = words.number();
    if (!number || *number > kMost) return std::nullopt;
    return static_cast<int>(*number);
}

/// c, s: [ADDR]; C, S: SIGNAL[;ADDR]
Request resume(char letter, Words words)
{
    requests::Resume resume;
    requests::Resume::Action action{.step = letter == 's' || letter == 'S'};
    if (letter == 'C' || letter == 'S') {
        const auto number = signal(words);
        if (!number || !(words.done() || words.skip(";"))) return malformed("no signal to go on with");
        action.signal = *number;
    }
    if (!words.done()) {
        resume.at = words.number();
        if (!resume.at || !words.done()) return malformed("no address to go on from");
    }
    resume.actions.push_back(action);
    return resume;
}

/// vCont;ACTION[:THREAD]…
Request resume_threads(Words words)
{
    requests::Resume resume;
    while (!words.done()) {
        Words one{words.until(';')};
        requests::Resume::Action action;
        const bool with_signal = one.rest().starts_with('C') || one.rest().starts_with('S');
        action.step = one.rest().starts_with('s') || one.rest().starts_with('S');
        if (!one.skip("c") && !one.skip("s") && !one.skip("C") && !one.skip("S")) return malformed("vCont has an unknown action");
        if (with_signal) {
            const auto number = signal(one);
            if (!number) return malformed("vCont has no signal");
            action.signal = *number;
        }
        if (one.skip(":")) {
            const auto thread = one.thread();
            if (!thread) return malformed("vCont has no thread");
            action.thread = *thread;
        }
        if (!one.done()) return malformed("vCont has an unknown action");
        resume.actions.push_back(action);
    }
    if (resume.actions.empty()) return malformed("vCont has no action");
    return resume;
}

Request set_breakpoint(bool insert, Words words)
{
    using Kind = requests::SetBreakpoint::Kind;
    constexpr std::array kKinds{Kind::Software, Kind::Hardware, Kind::Write, Kind::Read, Kind::Access};
    const auto kind = words.number();
    if (!kind || !words.skip(",")) return malformed("a breakpoint has no kind");
    if (*kind >= kKinds.size()) return requests::Unknown{};
    const auto where = range(words);
    if (!where) return malformed("a breakpoint is not at ADDR,SIZE");
    return requests::SetBreakpoint{insert, kKinds.at(*kind), where->first, where->second};
}

Request select_thread(Words words)
{
    const bool for_resume = words.rest().starts_with('c');
    if (!words.skip("c") && !words.skip("g")) return requests::Unknown{};
    const auto thread = words.thread();
    if (!thread || !words.done()) return malformed("no such thread");
    return requests::SelectThread{for_resume, *thread};
}

Request read_object(Words words)
{
    requests::ReadObject object;
    object.kind = words.until(':');
    if (!words.skip("read:")) return requests::Unknown{};
    object.annex = words.until(':');
    const auto where = range(words);
    if (!where || !words.done()) return malformed("qXfer is not at OFFSET,SIZE");
    std::tie(object.offset, object.size) = *where;
    return object;
}

Request file_request(Words words)
{
    auto request = parse_file_request(words);
    if (!request) return malformed(request.error());
    return *request ? Request{**std::move(request)} : requests::Unknown{};
}

Request query(std::string_view body)
{
    Words words{body};
    const auto is = [&](std::string_view name) { return body == name || body.starts_with(std::string{name} + ':'); };
    if (is("qSupported")) return requests::AskSupport{};
    if (is("qAttached")) return requests::AskAttached{};
    if (body == "qC") return requests::CurrentThread{};
    if (body == "qfThreadInfo") return requests::FirstThreads{};
    if (body == "qsThreadInfo") return requests::MoreThreads{};
    if (words.skip("qXfer:")) return read_object(words);
    if (words.skip("qHusk.physical:")) return read_memory(words, true);
    if (words.skip("qThreadExtraInfo,")) {
        const auto thread = words.thread();
        if (!thread) return malformed("no such thread");
        return requests::ThreadInfo{*thread};
    }
    if (words.skip("qRcmd,")) {
        auto command = from_hex(words.rest());
        if (!command) return malformed("a monitor command is not hexadecimal");
        return requests::Monitor{*std::move(command)};
    }
    return requests::Unknown{};
}

Request longer(std::string_view body)
{
    Words words{body};
    if (body == "vCont?") return requests::AskActions{};
    if (words.skip("vCont;")) return resume_threads(words);
    if (words.skip("vKill;")) return requests::Kill{true};
    if (words.skip("vFile:")) return file_request(words);
    return requests::Unknown{};
}

}  // namespace

Request parse_request(std::string_view body)
{
    if (body.empty()) return requests::Unknown{};
    const Words words{body.substr(1)};
    switch (body.front()) {
        case '?': return requests::WhyStopped{};
        case 'g': return requests::ReadRegisters{};
        case 'G': return write_registers(words);
        case 'p': return read_register(words);
        case 'P': return write_register(words);
        case 'm': return read_memory(words, false);
        case 'M': return write_memory(words, true);
        case 'X': return write_memory(words, false);
        case 'c':
        case 's':
        case 'C':
        case 'S': return resume(body.front(), words);
        case 'Z':
        case 'z': return set_breakpoint(body.front() == 'Z', words);
        case 'H': return select_thread(words);
        case 'T': {
            Words rest = words;
            const auto thread = rest.thread();
            return thread ? Request{requests::IsThreadAlive{*thread}} : malformed("no such thread");
        }
        case 'D': return requests::Detach{};
        case 'k': return requests::Kill{};
        case 'q': return query(body);
        case 'Q': return body == "QStartNoAckMode" ? Request{requests::StopAcknowledging{}} : requests::Unknown{};
        case 'v': return longer(body);
        default: return requests::Unknown{};
    }
}

}  // namespace husk::debug::gdb
