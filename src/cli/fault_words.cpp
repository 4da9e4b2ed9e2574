#include "cli/fault_words.hpp"

#include "base/size_text.hpp"
#include "cli/print.hpp"
#include "debug/page_map_words.hpp"
#include "program/abi/signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace husk::cli {

namespace {

// A page fault's error code. SDM Vol. 3A, "Page-Fault Exceptions" (4.7).
constexpr unsigned kWrite = 1u << 1, kFetch = 1u << 4;

const MappedArea* area_at(const std::vector<MappedArea>& areas, GuestVirt at)
{
    const auto found = std::ranges::find_if(areas, [&](const MappedArea& area) { return area.holds(at); });
    return found == areas.end() ? nullptr : &*found;
}

std::string name_words(const MappedArea& area)
{
    return area.name.empty() ? "anonymous memory" : printable(area.name);
}

/// What is next to an address where nothing is.
std::string neighbours(const std::vector<MappedArea>& areas, GuestVirt at)
{
    const auto above = std::ranges::find_if(areas, [&](const MappedArea& area) { return area.begin > at; });
    std::string text;
    if (above != areas.begin()) {
        const MappedArea& below = *(above - 1);
        const std::uint64_t last = below.begin.value + below.size - 1;
        text += fmt::format("; below it {} ends at {:#x}, {} away", name_words(below), last, size_text(at.value - last));
    }
    if (above != areas.end())
        text += fmt::format("; above it {} begins at {:#x}, {} away", name_words(*above), above->begin.value,
                            size_text(above->begin.value - at.value));
    return text;
}

/// Of a page fault: what the access was, and why it may not be.
std::string page_fault_words(const std::vector<MappedArea>& areas, const x86::Exception& fault, int signal)
{
    const bool write = (fault.error_code & kWrite) != 0;
    const bool fetch = (fault.error_code & kFetch) != 0;
    std::string text = fmt::format("{:#x} was to be {}: ", fault.address, write ? "written" : fetch ? "executed" : "read");
    const MappedArea* const area = area_at(areas, {fault.address});
    if (area == nullptr) return text + "nothing is mapped there" + neighbours(areas, {fault.address});
    text += fmt::format("it is in {}, {}", name_words(*area), rights_words(*area));
    const bool may = write ? area->writable : fetch ? area->executable : area->readable;
    if (!may) return text + ", which does not allow that";
    return text + (signal == SIGBUS ? ", and nothing is behind that page, as beyond a file's end" : "");
}

std::string sent_words(const FatalSignal& fatal)
{
    return fatal.code > 0 ? "raised by the kernel, or by Husk in its place" : "sent by a process";
}

}  // namespace

std::string rights_words(const MappedArea& area)
{
    return {area.readable ? 'r' : '-', area.writable ? 'w' : '-', area.executable ? 'x' : '-'};
}

std::string place_words(const std::vector<MappedArea>& areas, GuestVirt at)
{
    const MappedArea* const area = area_at(areas, at);
    if (area == nullptr) return "nothing that is mapped" + neighbours(areas, at);
    const std::uint64_t offset = at.value - area->begin.value;
    return fmt::format("{}, {}, {:#x} from its start at {:#x}", name_words(*area), rights_words(*area), offset, area->begin.value);
}

std::string fault_words(const std::vector<MappedArea>& areas, const FatalSignal& fatal)
{
    const std::string_view code = program::name_of_code(fatal.signal, fatal.code);
    std::string text =
        fmt::format("{}, {}\n", program::name_of_signal(fatal.signal), code.empty() ? fmt::format("code {}", fatal.code) : code);
    if (!fatal.exception) return text + sent_words(fatal) + "\n";
    text += x86::name_of_vector(fatal.exception->vector);
    if (fatal.exception->has_error_code) text += fmt::format(", error code {:#x}", fatal.exception->error_code);
    text += "\n";
    if (fatal.exception->vector == x86::kPageFault) text += page_fault_words(areas, *fatal.exception, fatal.signal) + "\n";
    return text;
}

}  // namespace husk::cli
