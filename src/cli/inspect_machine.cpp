#include "cli/inspect_machine.hpp"

#include "base/size_text.hpp"
#include "base/unique_fd.hpp"
#include "cli/boot_machine.hpp"
#include "cli/inspect_report.hpp"
#include "cli/print.hpp"
#include "debug/html.hpp"
#include "debug/json.hpp"
#include "debug/text.hpp"
#include "frozen/format.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>

namespace husk::cli {

namespace {

std::string segment_lines(const Image& image)
{
    std::string text;
    for (const Image::Segment& segment : image.segments)
        text += inspect_line(
            "segment", fmt::format("{:#x} to {:#x}, {} of the file", segment.at.value,
                                   segment.at.value + (segment.size == 0 ? 0 : segment.size - 1), size_text(segment.bytes.size())));
    return text;
}

nlohmann::ordered_json segments_json(const Image& image)
{
    auto all = nlohmann::ordered_json::array();
    for (const Image::Segment& segment : image.segments)
        all.push_back({{"at", fmt::format("{:#x}", segment.at.value)},
                       {"size", fmt::format("{:#x}", segment.size)},
                       {"in_file", fmt::format("{:#x}", segment.bytes.size())}});
    return all;
}

}  // namespace

Stopped stopped(const Machine& machine)
{
    return {machine.memory(), machine.registers(), machine.system_registers()};
}

std::string state_text(const Stopped& machine, std::optional<GuestVirt> address, const debug::Paint& paint)
{
    const auto& [memory, registers, system] = machine;
    if (address) return text_of(debug::explain_walk(memory, system, registers.rflags, *address), paint);
    return text_of(debug::explain(memory, registers, system), paint) +
           debug::section("memory", text_of(debug::explain_memory(memory)), paint);
}

nlohmann::ordered_json state_json(const Stopped& machine, std::optional<GuestVirt> address)
{
    const auto& [memory, registers, system] = machine;
    auto all = json_of(debug::explain(memory, registers, system));
    all["memory"] = json_of(debug::explain_memory(memory));
    if (address) all["address"] = json_of(debug::explain_walk(memory, system, registers.rflags, *address));
    return all;
}

debug::Paint paint_for(int descriptor)
{
    const char* const refused = std::getenv("NO_COLOR");
    return {::isatty(descriptor) != 0 && (refused == nullptr || *refused == '\0')};
}

bool is_image(const std::string& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) return false;
    std::array<char, frozen::kMagic.size()> first{};
    std::ifstream{file, std::ios::binary}.read(first.data(), first.size());
    return first != frozen::kMagic && first != frozen::kCompressedMagic;
}

void write_page(const std::string& file, std::string_view title, const Stopped& machine,
                const std::vector<debug::RegionWords>& regions)
{
    const auto& [memory, registers, system] = machine;
    write_page(file, html_of(title, debug::explain(memory, registers, system), regions, memory));
}

void write_page(const std::string& file, std::string_view page)
{
    constexpr unsigned kMode = 0666;  // less what umask takes away
    const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode)};
    if (!fd) throw Error{"open " + file, errno};
    write_all(fd.get(), std::as_bytes(std::span{page}), "write " + file);
}

std::string inspect_image_file(const BootOptions& options, const InspectAs& as)
{
    const auto& [address, json, html] = as;
    const ImageFile file = read_image(options);
    Consoles consoles{options.debugcon, options.serial, json};
    Machine machine{machine_config(options, file.image, consoles)};
    load_image(machine, options, file.image);
    if (html) {
        write_page(*html, printable(options.image), stopped(machine), debug::explain_memory(machine.memory()));
        return {};
    }
    if (json) {
        nlohmann::ordered_json all{{"file", options.image},
                                   {"kind", "image"},
                                   {"format", name(file.image.format)},
                                   {"engine", name(machine.engine())},
                                   {"segments", segments_json(file.image)}};
        all["explained"] = state_json(stopped(machine), address);
        return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    }
    std::string text;
    if (!address)
        text = inspect_line("image", printable(options.image)) + inspect_line("format", name(file.image.format)) +
               inspect_line("engine", name(machine.engine())) + segment_lines(file.image);
    return text + state_text(stopped(machine), address, paint_for(STDOUT_FILENO));
}

}  // namespace husk::cli
