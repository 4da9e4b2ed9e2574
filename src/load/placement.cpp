#include "load/placement.hpp"

#include "load/image_error.hpp"
#include "memory/map.hpp"

#include <algorithm>

namespace husk {
namespace {

using Checked = tl::expected<void, ImageError>;

constexpr Extent kInformation{map::kMultibootInfo, map::kMultibootInfo + map::kMultibootInfoSize};

/// "segment 2, 0x100000-0x1fffff"; a flat image has but one.
std::string describe(const Image& image, const Image::Segment& segment)
{
    if (image.format == Image::Format::Flat) return "the image, " + range(segment);
    return fmt::format("segment {}, {}", segment.number, range(segment));
}

template <typename... Args>
tl::unexpected<ImageError> misplaced(const Image& image, const Image::Segment& segment, fmt::format_string<Args...> problem,
                                     Args&&... args)
{
    ImageError error{describe(image, segment), std::nullopt, fmt::format(problem, std::forward<Args>(args)...)};
    if (image.format != Image::Format::Flat) error.offset = segment.header_offset;
    return tl::unexpected{std::move(error)};
}

/// "2 MiB", in the largest unit that is exact.
std::string in_units(std::uint64_t bytes)
{
    if (bytes % 1_GiB == 0) return fmt::format("{} GiB", bytes / 1_GiB);
    if (bytes % 1_MiB == 0) return fmt::format("{} MiB", bytes / 1_MiB);
    return fmt::format("{} KiB", bytes / 1_KiB);
}

std::string describe(const Room& room)
{
    std::string text;
    for (const Extent& part : room.memory)
        text += fmt::format("{}{} at {:#x}", text.empty() ? "" : ", ", in_units(part.end.value - part.base.value), part.base.value);
    return text.empty() ? "none" : text;
}

/// An image that parse_image() made has neither; one that a caller put together may.
Checked check_sane(const Image& image, const Image::Segment& segment)
{
    constexpr auto kEnd = std::uint64_t{1} << kPhysicalBits;
    if (segment.size == 0 || segment.at.value >= kEnd || segment.size > kEnd - segment.at.value)
        return bad_fit(fmt::format("segment {}", segment.number),
                       "{:#x} bytes at {:#x} are none or beyond the {}-bit physical space", segment.size, segment.at.value,
                       kPhysicalBits);
    if (segment.bytes.size() > segment.size)
        return misplaced(image, segment, "is given {:#x} bytes, more than its size", segment.bytes.size());
    return {};
}

Checked check_in_memory(const Image& image, const Image::Segment& segment, const Room& room)
{
    const auto inside = [&](const Extent& part) { return part.contains(extent(segment)); };
    if (std::ranges::any_of(room.memory, inside)) return {};
    const auto end = extent(segment).end.value;
    const auto needed = (end + 1_MiB - 1) / 1_MiB;
    // More of it helps only where memory is one piece from 0 on, as it is unless the machine was built otherwise.
    const bool plain = room.memory.size() == 1 && room.memory.front().base == GuestPhys{0} && room.memory.front().end.value < end;
    if (plain)
        return misplaced(image, segment, "does not fit {} of memory; give the machine {} MiB (--memory {}M)",
                         in_units(room.memory.front().end.value), needed, needed);
    return misplaced(image, segment, "is not in memory, which is {}", describe(room));
}

Checked check_apart(const Image& image, const Image::Segment& segment, const Room& room)
{
    const Extent tables{map::kPageTables, room.tables_end};
    if (tables.base < tables.end && tables.overlaps(extent(segment)))
        return misplaced(image, segment, "overlaps the page tables of its mode at {}; load it at {:#x} or above (--load {:#x})",
                         range(tables), tables.end.value, tables.end.value);
    if (image.format == Image::Format::Multiboot && kInformation.overlaps(extent(segment)))
        return misplaced(image, segment, "overlaps the multiboot information at {}; link it to {:#x} or above", range(kInformation),
                         kInformation.end.value);
    return {};
}

/// What Husk itself puts into memory for a multiboot kernel.
Checked check_information(const Image& image, const Room& room)
{
    if (image.format != Image::Format::Multiboot) return {};
    const auto inside = [](const Extent& part) { return part.contains(kInformation); };
    if (std::ranges::any_of(room.memory, inside)) return {};
    return bad_fit("multiboot information", "{} is not in memory, which is {}", range(kInformation), describe(room));
}

/// How far instruction and stack pointers reach at the start. In real mode that is a 16-bit segment times 16 plus a 16-bit offset.
std::uint64_t reach(x86::Mode mode)
{
    switch (mode) {
        case x86::Mode::Real: return 1_MiB;
        case x86::Mode::Protected:
        case x86::Mode::Paged: return 4_GiB;
        case x86::Mode::Long: break;
    }
    return std::uint64_t{1} << kPhysicalBits;
}

Checked check_start(const Image& image, const Room& room)
{
    const auto inside = [&](const Extent& part) { return part.contains(image.entry); };
    if (!std::ranges::any_of(room.memory, inside))
        return bad_fit("entry", "{:#x} is not in memory, which is {}", image.entry.value, describe(room));
    if (image.entry.value >= reach(image.mode))
        return bad_fit("entry", "{:#x} is beyond the {:#x} bytes that the mode reaches", image.entry.value, reach(image.mode));
    if (image.stack && image.stack->value > reach(image.mode))
        return bad_fit("stack", "{:#x} is beyond the {:#x} bytes that the mode reaches", image.stack->value, reach(image.mode));
    return {};
}

}  // namespace

Room make_room(std::span<const GuestMemory::Region> regions, GuestPhys tables_end)
{
    Room room{.memory = {}, .tables_end = tables_end};
    for (const auto& [spec, host] : regions) {
        if (!room.memory.empty() && room.memory.back().end == spec.base)
            room.memory.back().end = spec.base + spec.size;
        else
            room.memory.push_back({spec.base, spec.base + spec.size});
    }
    return room;
}

Checked check_placement(const Image& image, const Room& room)
{
    if (image.segments.empty()) return bad_fit("image", "there is nothing to load");
    for (const Image::Segment& segment : image.segments) {
        if (auto ok = check_sane(image, segment); !ok) return ok;
        if (auto ok = check_in_memory(image, segment, room); !ok) return ok;
        if (auto ok = check_apart(image, segment, room); !ok) return ok;
    }
    if (const auto clash = find_overlap(image.segments))
        return misplaced(image, clash->second, "overlaps segment {}, {}", clash->first.number, range(clash->first));
    if (auto ok = check_information(image, room); !ok) return ok;
    return check_start(image, room);
}

}  // namespace husk
