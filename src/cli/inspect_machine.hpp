#pragma once

#include "cli/boot_options.hpp"
#include "debug/memory_map.hpp"
#include "debug/paint.hpp"

#include <husk/machine.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::cli {

/// A machine that stands still.
struct Stopped {
    const GuestMemory& memory;
    x86::Registers registers;
    x86::SystemRegisters system;
};

/// As `machine` is now; not within its run().
Stopped stopped(const Machine& machine);

/// The state in words: all of it or, if there is an address, how that translates.
std::string state_text(const Stopped& machine, std::optional<GuestVirt> address, const debug::Paint& paint);
/// With "address" in it if there is one.
nlohmann::ordered_json state_json(const Stopped& machine, std::optional<GuestVirt> address);

/// Colour for a terminal, unless NO_COLOR says otherwise (https://no-color.org).
debug::Paint paint_for(int descriptor);

/// True if the file is there and is not one of `husk freeze`'s, so that it is to be taken for an image.
bool is_image(const std::string& file);

/// How `husk inspect` is to tell what there is.
struct InspectAs {
    std::optional<GuestVirt> address;
    bool json = false;
    std::optional<std::string> html;  ///< the file that a page goes to
};

/// `husk inspect IMAGE`: what the machine is before the image's first instruction. Gives what is to be printed.
std::string inspect_image_file(const BootOptions& options, const InspectAs& as);

/// Writes the page that explains the machine. Throws Error.
void write_page(const std::string& file, std::string_view title, const Stopped& machine,
                const std::vector<debug::RegionWords>& regions);
void write_page(const std::string& file, std::string_view page);

}  // namespace husk::cli
