#include "base/size_text.hpp"
#include "cli/inspect_machine.hpp"
#include "cli/inspect_report.hpp"
#include "debug/explain.hpp"
#include "debug/explanation.hpp"
#include "debug/memory_map.hpp"
#include "debug/text.hpp"
#include "frozen/metadata.hpp"
#include "x86/vector_state.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

namespace husk::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Which vector registers hold something: XSTATE_BV.
std::string vector_names(const std::vector<std::byte>& vectors)
{
    if (vectors.size() < x86::VectorState::kLegacySize) return "none";
    const auto used = x86::load_at<std::uint64_t>(vectors, x86::VectorState::kHeader);
    std::string text;
    for (const auto& [bit, name] : {std::pair{x86::kX87State, "x87"}, {x86::kSseState, "SSE"}, {x86::kAvxState, "AVX"}})
        if ((used & bit) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
    if (const auto others = used & ~(x86::kX87State | x86::kSseState | x86::kAvxState); others != 0)
        text += fmt::format("{}XSTATE_BV {:#x}", text.empty() ? "" : ", ", others);
    return text.empty() ? "as at reset" : text;
}

std::string model_lines(const x86::ModelRegisters& m)
{
    return fmt::format("  star {:x}  lstar {:x}  cstar {:x}  fmask {:x}  kernel_gs_base {:x}\n", m.star, m.lstar, m.cstar, m.fmask,
                       m.kernel_gs_base) +
           fmt::format("  sysenter_cs {:x}  sysenter_esp {:x}  sysenter_eip {:x}  tsc_aux {:x}  xcr0 {:x}\n", m.sysenter_cs,
                       m.sysenter_esp, m.sysenter_eip, m.tsc_aux, m.xcr0);
}

std::string serial_words(const SerialState& s)
{
    return fmt::format("divisor {}, line control {:#x}, modem control {:#x}, interrupts {:#x}, FIFO {}, {}", s.divisor,
                       s.line_control, s.modem_control, s.interrupt_enable, s.fifo_on ? "on" : "off",
                       s.received ? fmt::format("{:#x} received and not read", *s.received) : "nothing received");
}

std::string guest_port_words(const GuestPortState& port)
{
    return port.freeze_asked ? "asked to be frozen, and waits for the answer" : fmt::format("last result {:#x}", port.result);
}

std::string memory_lines(const MemoryImage& memory)
{
    std::string text;
    for (std::size_t i = 0; i < memory.regions().size(); ++i) {
        const MemoryRegion& region = memory.regions()[i];
        text += fmt::format("  {:<#14x} {:>10}  {:>10} touched{}{}\n", region.base.value, size_text(region.size),
                            size_text(memory.data_size(i)), region.mergeable ? "" : ", not for KSM",
                            region.prefer_hugepages ? ", huge pages" : "");
    }
    return text;
}

/// Its memory, as a machine that is thawed from it has it. The frozen one must outlive that.
GuestMemory memory_of(const Frozen& frozen)
{
    return GuestMemory{std::shared_ptr<const MemoryImage>{std::shared_ptr<void>{}, &frozen.memory()}};
}

}  // namespace

std::string inspect_text(const Frozen& frozen)
{
    const MachineState& state = frozen.state();
    std::string text;
    text += inspect_line("mode", fmt::format("{}, {}-bit code", name(x86::mode_of(state.system)), x86::bits_of_code(state.system)));
    text += inspect_line("vectors", vector_names(state.vectors));
    text += inspect_line("serial", state.serial ? serial_words(*state.serial) : "none");
    text += inspect_line("port 0xF5", state.guest_port ? guest_port_words(*state.guest_port) : "none");
    text += "registers\n" + debug::explain_registers(state.registers, state.system) + model_lines(state.model);
    text += "memory\n" + memory_lines(frozen.memory());
    const GuestMemory memory = memory_of(frozen);
    return text + text_of(debug::explain(memory, state.registers, state.system), paint_for(STDOUT_FILENO), debug::General::LeftOut);
}

std::string inspect_address_text(const Frozen& frozen, GuestVirt address)
{
    const GuestMemory memory = memory_of(frozen);
    return state_text({memory, frozen.state().registers, frozen.state().system}, address, paint_for(STDOUT_FILENO));
}

void inspect_page(const Frozen& frozen, std::string_view title, const std::string& file)
{
    const GuestMemory memory = memory_of(frozen);
    write_page(file, title, {memory, frozen.state().registers, frozen.state().system}, debug::explain_memory(frozen.memory()));
}

Json inspect_json(const Frozen& frozen, std::optional<GuestVirt> address)
{
    const auto regions = frozen.memory().regions();
    const frozen::Description<MachineState> description{frozen.info(), {regions.begin(), regions.end()}, frozen.state()};
    Json all = Json::parse(frozen::to_metadata(description));
    all["mode"] = name(x86::mode_of(frozen.state().system));
    for (std::size_t i = 0; i < regions.size(); ++i) all["memory"][i]["touched"] = frozen.memory().data_size(i);
    const GuestMemory memory = memory_of(frozen);
    all["explained"] = state_json({memory, frozen.state().registers, frozen.state().system}, address);
    all["explained"]["memory"] = json_of(debug::explain_memory(frozen.memory()));
    return all;
}

}  // namespace husk::cli
