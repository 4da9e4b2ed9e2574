#include "cli/frozen_places.hpp"

#include "cli/program_words.hpp"
#include "debug/memory_map.hpp"
#include "program/entry/layout.hpp"
#include "program/frozen/content.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/image/file.hpp"
#include "program/process/snapshot.hpp"

#include <algorithm>
#include <iterator>

namespace husk::cli {

namespace {

/// The frozen one must outlive it.
GuestMemory memory_of(const FrozenProgram& frozen)
{
    return GuestMemory{std::shared_ptr<const MemoryImage>{std::shared_ptr<void>{}, &frozen.memory()}};
}

/// Adds to each area what of it the frozen file has. Both rise.
void note_touched(std::vector<MappedArea>& areas, const MemoryImage& image)
{
    auto area = areas.begin();
    for (const debug::RegionWords& region : debug::explain_memory(image)) {
        while (area != areas.end() && area->begin.value + area->size <= region.region.base.value) ++area;
        if (area == areas.end()) return;
        if (area->holds({region.region.base.value})) *area->touched += region.touched_bytes();
    }
}

std::vector<MappedArea> areas_of(const FrozenProgram& frozen)
{
    const program::ProgramState& state = frozen.content().state;
    std::vector<MappedArea> all;
    for (const program::FrozenArea& area : state.areas) all.push_back(program::mapped_area(program::area_of(area), 0));
    note_touched(all, frozen.memory());
    if (state.vdso)
        all.push_back({.begin = {program::layout::kVdso},
                       .size = state.vdso->size,
                       .readable = true,
                       .executable = true,
                       .shared = true,
                       .name = "[vdso], the host's"});
    all.push_back({.begin = {program::entry::kBase}, .size = program::entry::kSize, .name = "Husk's: tables, stubs, TSSs"});
    return all;
}

std::unique_ptr<program::ByteSource> open_file(const std::string& path)
{
    auto file = program::FileSource::open(path);
    return file ? std::make_unique<program::FileSource>(*std::move(file)) : nullptr;
}

}  // namespace

FrozenPlaces::FrozenPlaces(const FrozenProgram& frozen)
    : frozen_{frozen},
      memory_{memory_of(frozen)},
      areas_{areas_of(frozen)},
      names_{open_file, [this](std::uint64_t at, std::span<std::byte> into) { return read({at}, into); }}
{}

std::vector<MappedArea> FrozenPlaces::own_areas() const
{
    std::vector<MappedArea> own;
    std::ranges::copy_if(areas_, std::back_inserter(own),
                         [](const MappedArea& area) { return area.begin.value < program::layout::kUserEnd; });
    return own;
}

/// As the program named it, from where it is.
std::string FrozenPlaces::path_of(const std::string& name) const
{
    if (name.empty() || name.starts_with('/') || name.starts_with('[')) return name.starts_with('/') ? name : std::string{};
    return frozen_.content().state.working_directory + "/" + name;
}

std::string FrozenPlaces::symbol(GuestVirt at)
{
    const auto area = std::ranges::find_if(areas_, [&](const MappedArea& each) { return each.holds(at); });
    if (area == areas_.end() || !area->executable || at.value >= program::layout::kUserEnd) return {};
    return names_.at({area->begin.value, area->begin.value + area->size, area->file_offset, path_of(area->name)}, at.value);
}

std::string FrozenPlaces::code(GuestVirt at) const
{
    return program_code([this](std::uint64_t from, std::span<std::byte> into) { return read({from}, into); }, at);
}

bool FrozenPlaces::read(GuestVirt at, std::span<std::byte> into) const
{
    while (!into.empty()) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), kPageSize - at.value % kPageSize));
        const auto area = std::ranges::find_if(areas_, [&](const MappedArea& each) { return each.holds(at); });
        if (area == areas_.end() || !area->readable || at.value >= program::layout::kUserEnd) return false;
        if (!memory_.read({at.value}, into.first(size))) std::ranges::fill(into.first(size), std::byte{0});
        into = into.subspan(size);
        at.value += size;
    }
    return true;
}

}  // namespace husk::cli
