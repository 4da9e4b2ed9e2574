#include "load/multiboot.hpp"
#include "load/multiboot_info.hpp"
#include "load/placement.hpp"
#include "memory/map.hpp"

#include <husk/image.hpp>

#include <algorithm>

namespace husk {
namespace {

/// The part of `segment` that lies in `region`, as host memory, and how far into the segment it starts.
struct Share {
    std::span<std::byte> host;
    std::uint64_t skipped = 0;
};

Share share(const GuestMemory::Region& region, const Image::Segment& segment)
{
    const Extent there{region.spec.base, region.spec.base + region.spec.size};
    if (!there.overlaps(extent(segment))) return {};
    const auto first = std::max(there.base, segment.at);
    const auto end = std::min(there.end, extent(segment).end);
    return {.host = region.host.subspan(first.value - there.base.value, end.value - first.value),
            .skipped = first.value - segment.at.value};
}

/// Pages that were never touched are zero and cost nothing to read; writing zeroes would make the host give them.
void zero(std::span<std::byte> host)
{
    constexpr auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
    while (!host.empty()) {
        const auto chunk = host.first(std::min<std::size_t>(host.size(), kPageSize));
        if (!std::ranges::all_of(chunk, is_zero)) std::ranges::fill(chunk, std::byte{0});
        host = host.subspan(chunk.size());
    }
}

/// A segment may go on from one region of memory into the next that touches it.
void write(GuestMemory& memory, const Image::Segment& segment)
{
    for (const GuestMemory::Region& region : memory.regions()) {
        const auto [host, skipped] = share(region, segment);
        const auto from = segment.bytes.subspan(std::min<std::uint64_t>(skipped, segment.bytes.size()));
        const auto copied = from.first(std::min(from.size(), host.size()));
        std::ranges::copy(copied, host.begin());
        zero(host.subspan(copied.size()));
    }
}

/// Machine::start() has made the rest of what the specification asks for: flat 32-bit segments, paging and interrupts off; there is
/// no A20 gate to close. Multiboot Specification, "Machine state" (3.2).
void hand_over(Machine& machine)
{
    auto registers = machine.registers();
    registers.rax = multiboot::kBootMagic;
    registers.rbx = map::kMultibootInfo.value;
    machine.set_registers(registers);
}

}  // namespace

tl::expected<void, ImageError> load(Machine& machine, const Image& image)
{
    const bool multiboot = image.format == Image::Format::Multiboot;
    const auto room = make_room(machine.memory().regions(), machine.tables_end(image.mode));
    if (auto ok = check_placement(image, room); !ok) return ok;
    tl::expected<std::vector<std::byte>, ImageError> information;
    if (multiboot) information = multiboot::information(room.memory, image.command_line);
    if (!information) return tl::unexpected{information.error()};

    for (const Image::Segment& segment : image.segments) write(machine.memory(), segment);
    if (multiboot) write(machine.memory(), {.at = map::kMultibootInfo, .bytes = *information, .size = information->size()});
    machine.start(image.mode, image.entry, image.stack);
    if (multiboot) hand_over(machine);
    return {};
}

}  // namespace husk
