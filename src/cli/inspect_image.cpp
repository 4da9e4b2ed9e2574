#include "cli/inspect_image.hpp"

#include "cli/print.hpp"
#include "cli/size_text.hpp"
#include "debug/explain.hpp"
#include "frozen/format.hpp"
#include "frozen/metadata.hpp"
#include "x86/vector_state.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <nlohmann/json.hpp>

namespace husk::cli {

namespace {

using Json = nlohmann::ordered_json;

/// What the file system says of the file; zeroes if it has gone.
struct FileSize {
    std::uint64_t bytes = 0;
    std::uint64_t on_disk = 0;
};

FileSize size_of(const std::string& file)
{
    constexpr std::uint64_t kBlock = 512;  // st_blocks counts these: stat(2)
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_blocks) * kBlock};
}

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

std::string serial_line(const SerialState& s)
{
    return fmt::format("divisor {}, line control {:#x}, modem control {:#x}, interrupts {:#x}, FIFO {}, {}", s.divisor,
                       s.line_control, s.modem_control, s.interrupt_enable, s.fifo_on ? "on" : "off",
                       s.received ? fmt::format("{:#x} received and not read", *s.received) : "nothing received");
}

std::string guest_port_line(const GuestPortState& port)
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

}  // namespace

std::string inspect_text(const std::string& file, const Frozen& frozen)
{
    const MachineState& state = frozen.state();
    const FileSize size = size_of(file);
    const auto line = [](std::string_view what, std::string_view words) { return fmt::format("{:<9} {}\n", what, words); };
    std::string text;
    text += line("kind", "image");
    text += line("origin", printable(frozen.info().origin));
    text += line("point", printable(frozen.info().point));
    text +=
        line("file", fmt::format("version {}, {}, {} on disk", frozen::kVersion, size_text(size.bytes), size_text(size.on_disk)));
    text += line("engine", name(frozen.info().engine));
    text += line("mode", fmt::format("{}, {}-bit code", name(x86::mode_of(state.system)), x86::bits_of_code(state.system)));
    text += line("vectors", vector_names(state.vectors));
    text += line("serial", state.serial ? serial_line(*state.serial) : "none");
    text += line("port 0xF5", state.guest_port ? guest_port_line(*state.guest_port) : "none");
    text += "registers\n" + debug::explain_registers(state.registers, state.system) + model_lines(state.model);
    return text + "memory\n" + memory_lines(frozen.memory());
}

std::string inspect_json(const std::string& file, const Frozen& frozen)
{
    const auto regions = frozen.memory().regions();
    const FileSize size = size_of(file);
    Json all{{"file", file},
             {"kind", "image"},
             {"version", frozen::kVersion},
             {"file_size", size.bytes},
             {"size_on_disk", size.on_disk},
             {"mode", name(x86::mode_of(frozen.state().system))}};
    const frozen::Description<MachineState> description{frozen.info(), {regions.begin(), regions.end()}, frozen.state()};
    all.update(Json::parse(frozen::to_metadata(description)));
    for (std::size_t i = 0; i < regions.size(); ++i) all["memory"][i]["touched"] = frozen.memory().data_size(i);
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace husk::cli
