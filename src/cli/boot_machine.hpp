#pragma once

#include "cli/boot_options.hpp"
#include "cli/console.hpp"
#include "cli/keyboard.hpp"

#include <husk/image.hpp>
#include <husk/machine.hpp>

#include <string>
#include <vector>

namespace husk::cli {

/// An image's file, read and checked.
struct ImageFile {
    std::vector<std::byte> bytes;  ///< what `image` refers to
    Image image;
};

/// Throws BadInput.
ImageFile read_image(const BootOptions& options);

/// Where a machine's output goes and its input comes from.
struct Consoles {
    /// `keep`: what would go to stdout is kept for --json. Throws Error.
    Consoles(const std::string& debugcon_file, const std::string& serial_file, bool keep)
        : debugcon{debugcon_file, keep}, serial{serial_file, keep}
    {}

    /// The machine must not outlive them.
    void connect(MachineConfig& config);

    Console debugcon;
    Console serial;
    Keyboard keyboard;
};

/// What the options say of the machine.
MachineConfig machine_config(const BootOptions& options, const Image& image, Consoles& consoles);

/// load(), but throws BadInput.
void load_image(Machine& machine, const BootOptions& options, const Image& image);

}  // namespace husk::cli
