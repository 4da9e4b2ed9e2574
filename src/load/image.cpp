#include <husk/image.hpp>

#include "load/elf.hpp"
#include "load/image_error.hpp"
#include "load/multiboot.hpp"
#include "load/overlap.hpp"
#include "memory/map.hpp"

namespace husk {
namespace {

using Parsed = tl::expected<Image, ImageError>;

Parsed parse_flat(std::span<const std::byte> file, const ImageOptions& options)
{
    constexpr auto kEnd = std::uint64_t{1} << kPhysicalBits;
    const auto at = options.load.value_or(map::kFlatImage);
    if (at.value >= kEnd || file.size() > kEnd - at.value)
        return bad_fit("load option", "{:#x} bytes at {:#x} reach beyond the {}-bit physical address space", file.size(), at.value,
                       kPhysicalBits);
    return Image{
        .format = Image::Format::Flat,
        .mode = options.mode.value_or(x86::Mode::Long),
        .segments = {{.at = at, .seen_at = GuestVirt{at.value}, .bytes = file, .size = file.size()}},
        .entry = options.entry.value_or(at),
    };
}

Parsed parse_by_content(std::span<const std::byte> file, const ImageOptions& options)
{
    if (options.flat) return parse_flat(file, options);
    if (const auto header = multiboot::find_header(file)) return multiboot::parse(file, *header, options.entry);
    if (elf::recognise(file)) return elf::parse(file, options.entry);
    return parse_flat(file, options);
}

tl::expected<void, ImageError> check_options(const Image& image, const ImageOptions& options)
{
    if (image.format != Image::Format::Flat && options.mode)
        return bad_fit("mode option", "is for flat images; this one is {}, which decides its mode itself", name(image.format));
    if (image.format != Image::Format::Flat && options.load)
        return bad_fit("load option", "is for flat images; this one is {}, which says itself where its segments go",
                       name(image.format));
    if (image.format != Image::Format::Multiboot && !options.command_line.empty())
        return bad_fit("command line", "is for multiboot kernels; this image is {}", name(image.format));
    if (options.command_line.find('\0') != std::string::npos)
        return bad_fit("command line", "has a NUL at byte {}, where the kernel would take it to end",
                       options.command_line.find('\0'));
    if (image.format == Image::Format::Multiboot && image.entry.value >= 4_GiB)
        return bad_fit("entry", "{:#x} is beyond 4 GiB, where the 32-bit code of a multiboot kernel ends", image.entry.value);
    return {};
}

}  // namespace

std::string describe(const ImageError& error)
{
    if (error.field.empty()) return error.problem;
    if (!error.offset) return fmt::format("{}: {}", error.field, error.problem);
    return fmt::format("{} (file offset {:#x}): {}", error.field, *error.offset, error.problem);
}

std::string_view name(Image::Format format)
{
    switch (format) {
        case Image::Format::Flat: return "flat";
        case Image::Format::Elf32: return "elf32";
        case Image::Format::Elf64: return "elf64";
        case Image::Format::Multiboot: return "multiboot";
    }
    return "unknown";
}

std::optional<GuestPhys> loaded_at(const Image& image, GuestVirt seen)
{
    // By subtraction, which wraps to a large number for an address below the segment.
    for (const Image::Segment& one : image.segments)
        if (const std::uint64_t offset = seen.value - one.seen_at.value; offset < one.size) return one.at + offset;
    return std::nullopt;
}

Parsed parse_image(std::span<const std::byte> file, const ImageOptions& options)
{
    if (file.empty()) return bad_fit("", "the image is empty");
    auto image = parse_by_content(file, options);
    if (!image) return image;
    if (const auto ok = check_options(*image, options); !ok) return tl::unexpected{ok.error()};
    image->stack = options.stack;
    image->command_line = options.command_line;
    return image;
}

}  // namespace husk
