#pragma once

#include "cli/inspect_option.hpp"
#include "cli/parse.hpp"
#include "debug/gdb/listener.hpp"

#include <husk/image.hpp>
#include <husk/machine.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace husk::cli {

/// What `husk boot` was asked for, checked.
struct BootOptions {
    std::string image;
    ImageOptions as;
    std::uint64_t memory = 2_MiB;
    bool mergeable = true;
    bool hugepages = false;
    Engine engine = Engine::Auto;
    std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();
    std::optional<std::uint64_t> expected_ax;
    std::vector<ExpectedMemory> expected_memory;
    bool strict = false;
    bool stats = false;
    bool json = false;
    std::optional<std::string> trace;    ///< a trace file
    std::optional<std::string> core;     ///< a core file, if it fails
    std::optional<std::string> symbols;  ///< what names places in it, if not the image
    std::string serial = "-";
    std::string debugcon = "-";
    std::optional<InspectAt> inspect;
    std::optional<debug::gdb::Address> gdb;  ///< wait there for a debugger before the first instruction
};

/// The words as they were given.
struct BootWords {
    std::string image, memory = "2M", command_line, engine = "auto", serial = "-", debugcon = "-", inspect;
    std::optional<std::string> mode, load, entry, stack, timeout, expect_ax, gdb, trace, core,
        symbols;  ///< nothing is not an empty word
    std::vector<std::string> expect_memory;
    bool flat = false, mergeable = true, hugepages = false, strict = false, stats = false, json = false;
};

/// The group of the options below in the help of commands.
inline constexpr auto kImages = "Images";

void add_boot_options(CLI::App& command, BootWords& words);
/// Of them, those about the image and how it starts.
void add_image_options(CLI::App& command, BootWords& words);
/// Of them, those about what the guest reaches.
void add_console_options(CLI::App& command, BootWords& words);

/// Throws UsageError naming the option that makes no sense.
BootOptions read(const BootWords& words);

}  // namespace husk::cli
