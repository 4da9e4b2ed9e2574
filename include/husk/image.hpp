#pragma once

#include <husk/address.hpp>
#include <husk/machine.hpp>
#include <husk/x86.hpp>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace husk {

/// What is wrong with an image, and where.
struct ImageError {
    std::string field;  ///< as its specification names it: "e_phoff", "p_filesz of segment 2"; empty if the whole file is meant
    std::optional<std::uint64_t> offset;  ///< of that field in the file, in bytes; none if an option or the machine is at fault
    std::string problem;                  ///< in words, with the offending value
    bool operator==(const ImageError&) const = default;
};

/// "p_filesz of segment 2 (file offset 0x98): …", without the parts that the error has not.
std::string describe(const ImageError& error);

struct ImageOptions {
    bool flat = false;                 ///< take any bytes as a flat binary
    std::optional<x86::Mode> mode{};   ///< flat images only, Long by default; an ELF's class decides otherwise
    std::optional<GuestPhys> load{};   ///< flat images only: where the first byte goes; 0 by default
    std::optional<GuestPhys> entry{};  ///< overrides the image's own
    std::optional<GuestPhys> stack{};  ///< overrides Machine::start's default
    std::string command_line{};        ///< multiboot kernels only
};

/// A bare-metal program: which bytes go where, and how it starts.
struct Image {
    enum class Format : std::uint8_t { Flat, Elf32, Elf64, Multiboot };

    struct Segment {
        GuestPhys at{};
        GuestVirt seen_at{};                 ///< where the image expects to see it once it has turned its paging on
        std::span<const std::byte> bytes{};  ///< of the file the image was parsed from
        std::uint64_t size = 0;              ///< in memory; what exceeds bytes is zero
        std::uint64_t number = 0;            ///< of its program header, from 0, for messages
        std::uint64_t header_offset = 0;     ///< where in the file its header is, for messages
    };

    Format format = Format::Flat;
    x86::Mode mode = x86::Mode::Long;
    std::vector<Segment> segments{};
    GuestPhys entry{};
    std::optional<GuestPhys> stack{};
    std::string command_line{};
};

/// "flat", "elf32", "elf64", "multiboot".
std::string_view name(Image::Format format);

/// Recognises and checks an image by its content: multiboot 1 header, ELF magic, else flat. The image refers to `file`, which must
/// outlive it. An option that the format has no use for is an error, as nothing is ignored.
tl::expected<Image, ImageError> parse_image(std::span<const std::byte> file, const ImageOptions& options = {});

/// Where the ELF file's symbol `name` is, as the program sees it: of .symtab, or else of .dynsym.
tl::expected<GuestVirt, ImageError> find_symbol(std::span<const std::byte> file, std::string_view name);

/// Where the image's byte at `seen` is put; nothing if it has none there.
std::optional<GuestPhys> loaded_at(const Image& image, GuestVirt seen);

/// Copies the image into the machine's memory and starts the processor at its entry, as its format demands. Fails, with memory and
/// processor as they were, if a segment is not in memory, overlaps another, or overlaps what the machine itself puts there (page
/// tables, multiboot information), or if the mode cannot express the entry or the stack.
tl::expected<void, ImageError> load(Machine& machine, const Image& image);

/// The whole file. Throws Error, naming the file, if it cannot be read, is a directory or is larger than `limit` bytes.
std::vector<std::byte> read_image_file(const std::filesystem::path& path, std::uint64_t limit = 1_GiB);

}  // namespace husk
