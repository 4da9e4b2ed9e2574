#include "cli/inspect_machine.hpp"

#include "cli/boot_machine.hpp"
#include "cli/inspect_report.hpp"
#include "cli/print.hpp"
#include "cli/size_text.hpp"
#include "debug/json.hpp"
#include "debug/text.hpp"
#include "frozen/format.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

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
    return text_of(debug::explain(memory, registers, system), paint);
}

nlohmann::ordered_json state_json(const Stopped& machine, std::optional<GuestVirt> address)
{
    const auto& [memory, registers, system] = machine;
    auto all = json_of(debug::explain(memory, registers, system));
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

std::string inspect_image_file(const BootOptions& options, std::optional<GuestVirt> address, bool json)
{
    const ImageFile file = read_image(options);
    Consoles consoles{options.debugcon, options.serial, json};
    Machine machine{machine_config(options, file.image, consoles)};
    load_image(machine, options, file.image);
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
