#include "machine/exit_trace.hpp"

#include "base/match.hpp"
#include "trace/writer.hpp"

#include <husk/trace_file.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace husk::machine {

namespace {

namespace exits = engine::exits;

constexpr std::size_t kMostBytes = 32;  ///< of a string instruction that are told

std::uint64_t number_of(std::span<const std::byte> bytes)
{
    std::uint64_t value = 0;
    for (auto left = bytes; !left.empty(); left = left.first(left.size() - 1))
        value = value << 8 | std::to_integer<std::uint64_t>(left.back());
    return value;
}

/// One item by its value, several by their bytes as they are in memory.
void tell_data(trace::Event& event, std::span<const std::byte> data, std::size_t width)
{
    if (data.size() <= width && data.size() <= sizeof(std::uint64_t)) {
        event.hexadecimal("value", number_of(data));
        return;
    }
    std::string text;
    for (const std::byte byte : data.first(std::min(data.size(), kMostBytes)))
        fmt::format_to(std::back_inserter(text), "{:02x}", std::to_integer<unsigned>(byte));
    event.text("bytes", data.size() > kMostBytes ? text + "..." : text);
}

trace::Event& tell_port(trace::ProcessorTrack& track, const char* kind, std::uint16_t port, std::size_t width, std::size_t bytes)
{
    trace::Event& event = track.left(fmt::format("{} {:#x}", kind, port), kind);
    return event.hexadecimal("port", port).number("size", width).number("count", bytes / width);
}

/// Named by its page, as --stats counts: what lies side by side is one device's.
trace::Event& tell_memory(trace::ProcessorTrack& track, const char* kind, GuestPhys at, std::size_t size)
{
    trace::Event& event = track.left(fmt::format("{} {:#x}", kind, at.value / kPageSize * kPageSize), kind);
    return event.hexadecimal("address", at.value).number("size", size);
}

trace::Event& tell_exit(trace::ProcessorTrack& track, const engine::Exit& exit)
{
    return std::visit(
        match{
            [&](const exits::PortIn& io) -> trace::Event& { return tell_port(track, "in", io.port, io.width, io.data.size()); },
            [&](const exits::PortOut& io) -> trace::Event& {
                trace::Event& event = tell_port(track, "out", io.port, io.width, io.data.size());
                tell_data(event, io.data, io.width);
                return event;
            },
            [&](const exits::MmioRead& access) -> trace::Event& {
                return tell_memory(track, "mmio read", access.at, access.data.size());
            },
            [&](const exits::MmioWrite& access) -> trace::Event& {
                trace::Event& event = tell_memory(track, "mmio write", access.at, access.data.size());
                tell_data(event, access.data, access.data.size());
                return event;
            },
            [&](const exits::Halt&) -> trace::Event& { return track.left("halt", "halt"); },
            [&](const exits::Shutdown&) -> trace::Event& { return track.left("shutdown", "shutdown"); },
            [&](const exits::Exception& what) -> trace::Event& {
                return track.left(x86::name_of_vector(what.exception.vector), "exception").number("vector", what.exception.vector);
            },
            [&](const exits::CannotExecute& what) -> trace::Event& {
                return track.left("cannot execute", "cannot execute").text("reason", what.reason);
            },
            [&](const exits::MemoryFault& fault) -> trace::Event& {
                trace::Event& event = track.left("memory fault", "memory fault");
                return fault.at ? event.hexadecimal("address", fault.at->value) : event;
            },
            [&](const exits::Interrupted&) -> trace::Event& { return track.left("interrupted", "interrupted"); },
            [&](const exits::Debug&) -> trace::Event& { return track.left("debug", "debug"); },
        },
        exit);
}

/// What the answer will be put into; nothing if the exit asks for none.
std::span<const std::byte> answer_of(const engine::Exit& exit)
{
    if (const auto* const io = std::get_if<exits::PortIn>(&exit)) return io->data;
    if (const auto* const access = std::get_if<exits::MmioRead>(&exit)) return access->data;
    return {};
}

std::size_t width_of(const engine::Exit& exit)
{
    if (const auto* const io = std::get_if<exits::PortIn>(&exit)) return io->width;
    return sizeof(std::uint64_t);
}

/// True if RIP may be behind the instruction: KVM has that of some that write, the software engine of all.
bool may_be_behind(const engine::Exit& exit, Engine engine)
{
    const bool writes = std::holds_alternative<exits::PortOut>(exit) || std::holds_alternative<exits::MmioWrite>(exit);
    const bool reads = std::holds_alternative<exits::PortIn>(exit) || std::holds_alternative<exits::MmioRead>(exit);
    return writes || (reads && engine == Engine::Soft);
}

trace::Place new_place(trace::Writer& writer, Engine engine)
{
    writer.start();
    constexpr int kOnly = 1;
    return {writer.add_process(::getpid(), writer.machine(), name(engine)), kOnly};
}

}  // namespace

ExitTrace::ExitTrace(const MachineConfig& config, Engine engine)
    : symbol_at_{config.symbol_at},
      engine_{engine},
      track_{config.trace_file->writer(), new_place(config.trace_file->writer(), engine), "vCPU 0"}
{}

void ExitTrace::begins(engine::Vcpu& vcpu)
{
    // Of 64-bit code it has none, and to ask at each exit is dear.
    has_segments_ = x86::mode_of(vcpu.system_registers()) != x86::Mode::Long;
}

void ExitTrace::enters()
{
    tell_answer();
    track_.enters();
}

void ExitTrace::left(const engine::Exit& exit, engine::Vcpu& vcpu)
{
    (void)tell_exit(track_, exit);
    read_ = answer_of(exit);
    width_ = width_of(exit);
    tell_place(exit, vcpu);
}

void ExitTrace::tell_answer()
{
    if (trace::Event* const event = track_.exit(); event != nullptr && !read_.empty()) tell_data(*event, read_, width_);
    read_ = {};
}

void ExitTrace::tell_place(const engine::Exit& exit, engine::Vcpu& vcpu)
{
    // Behind a HLT, which has one byte.
    const std::uint64_t rip = vcpu.registers().rip - (std::holds_alternative<exits::Halt>(exit) ? 1 : 0);
    const std::uint64_t base = has_segments_ ? vcpu.system_registers().cs.base : 0;
    trace::Event& event = track_.exit()->hexadecimal("rip", rip);
    if (base != 0) event.hexadecimal("cs_base", base);
    if (!symbol_at_) return;
    trace::PlaceNames& names = may_be_behind(exit, engine_) ? names_behind_ : names_;
    const auto& symbol = names.at(base + rip, [&](std::uint64_t address) {
        std::string name = symbol_at_(GuestVirt{address});
        const bool first = &names == &names_behind_ && name.find('+') == std::string::npos;
        return first && address != 0 ? symbol_at_(GuestVirt{address - 1}) : name;
    });
    if (!symbol.empty()) event.text("symbol", symbol);
}

void ExitTrace::changed_engine(const std::string& reason)
{
    engine_ = Engine::Soft;
    trace::Event event = track_.happens("engine changed to soft", "engine");
    event.text("reason", reason);
    track_.add(std::move(event));
}

void ExitTrace::stops(const Stop& stop)
{
    tell_answer();
    track_.stops();
    track_.add(track_.happens(describe(stop), "stop"));
}

}  // namespace husk::machine
