// The input is an image's file. Whatever it is, parse_image() gives an image that keeps the rules or an error that names what is
// wrong, and so does placing that image into a machine's memory.
#include "fuzz/check.hpp"
#include "load/multiboot_info.hpp"
#include "load/placement.hpp"
#include "support/image_rules.hpp"

#include <husk/image.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace husk::fuzz {
namespace {

void check_error(const ImageError& error, std::span<const std::byte> file)
{
    const auto broken = test::broken_rule(error, file);
    require(!broken, broken.value_or(""));
    require(describe(error).find(error.problem) != std::string::npos, "an error's description has the problem");
}

/// An image that passed lies in memory, apart from what Husk puts there: what load() relies on when it writes.
void check_placed(const Image& image, const Room& room)
{
    for (const Image::Segment& segment : image.segments) {
        const Extent taken = extent(segment);
        bool inside = false;
        for (const Extent& part : room.memory) inside = inside || part.contains(taken);
        require(inside, "a placed segment is in memory");
        require(!taken.overlaps({GuestPhys{0x2000}, room.tables_end}), "a placed segment is apart from the page tables");
    }
    if (image.format != Image::Format::Multiboot) return;
    require(image.mode == x86::Mode::Protected, "a multiboot kernel starts in protected mode");
    const auto information = multiboot::information(room.memory, image.command_line);
    require(information && information->size() <= 4096, "the multiboot information of a short command line fits its page");
}

void parse_and_place(std::span<const std::byte> file, const ImageOptions& options, bool entry_checked)
{
    static const std::array<Room, 3> kRooms{{
        {.memory = {{GuestPhys{0}, GuestPhys{2_MiB}}}, .tables_end = GuestPhys{0x5000}},
        {.memory = {{GuestPhys{0}, GuestPhys{4_GiB}}}, .tables_end = GuestPhys{0}},
        {.memory = {{GuestPhys{0x1000}, GuestPhys{0x9000}}, {GuestPhys{1_MiB}, GuestPhys{1ull << 52}}},
         .tables_end = GuestPhys{0x6000}},
    }};
    const auto image = parse_image(file, options);
    if (!image) return check_error(image.error(), file);
    const auto broken = test::broken_rule(*image, file, entry_checked);
    require(!broken, broken.value_or(""));
    for (const Room& room : kRooms) {
        const auto placed = check_placement(*image, room);
        if (placed)
            check_placed(*image, room);
        else
            check_error(placed.error(), file);
    }
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk;
    const auto file = std::as_bytes(std::span{data, size});
    fuzz::parse_and_place(file, {}, true);
    fuzz::parse_and_place(file, {.command_line = "quiet"}, true);
    fuzz::parse_and_place(file, {.entry = GuestPhys{0x100000}}, false);
    fuzz::parse_and_place(file, {.flat = true, .mode = x86::Mode::Real, .load = GuestPhys{0x7C00}}, true);
    return 0;
}
