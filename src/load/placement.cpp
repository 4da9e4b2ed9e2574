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

/// What Husk itself puts into memory beside the image.
Checked check_additions(const Image& image, const Room& room)
{
    const auto check = [&](std::string_view what, const Extent& extent) -> Checked {
        const auto inside = [&](const Extent& part) { return part.contains(extent); };
        if (std::ranges::any_of(room.memory, inside)) return {};
        return bad_fit(std::string{what}, "{} is not in memory, which is {}", range(extent), describe(room));
    };
    const Extent tables{map::kPageTables, room.tables_end};
    if (image.format == Image::Format::Multiboot) return check("multiboot information", kInformation);
    if (tables.base < tables.end) return check("page tables", tables);
    return {};
}

/// One past the highest address that an instruction or a stack pointer of `mode` can hold.
struct Reach {
    std::uint64_t entry = 0;
    std::uint64_t stack = 0;
};

Reach reach(x86::Mode mode)
{
    switch (mode) {
        // The entry's upper bits go into CS; the stack segment is 0.
        case x86::Mode::Real: return {.entry = 1_MiB, .stack = 64_KiB};
        case x86::Mode::Protected:
        case x86::Mode::Paged: return {.entry = 4_GiB, .stack = 4_GiB};
        case x86::Mode::Long: break;
    }
    // Memory is mapped to where it is, and the lower half of the canonical addresses ends here.
    return {.entry = 1ull << 47, .stack = 1ull << 47};
}

Checked check_start(const Image& image, const Room& room)
{
    const auto [entry_end, stack_end] = reach(image.mode);
    const auto inside = [&](const Extent& part) { return part.contains(image.entry); };
    if (!std::ranges::any_of(room.memory, inside))
        return bad_fit("entry", "{:#x} is not in memory, which is {}", image.entry.value, describe(room));
    if (image.entry.value >= entry_end)
        return bad_fit("entry", "{:#x} is beyond the {} that its mode reaches", image.entry.value, in_units(entry_end));
    if (image.stack && image.stack->value > stack_end)
        return bad_fit("stack", "{:#x} is beyond the {} that its mode reaches", image.stack->value, in_units(stack_end));
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
    if (auto ok = check_additions(image, room); !ok) return ok;
    return check_start(image, room);
}

}  // namespace husk
