#include "cli/access_words.hpp"

#include "cli/fault_words.hpp"
#include "debug/text.hpp"
#include "program/space/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace husk::cli {

namespace {

constexpr unsigned kRing3 = 3;
// A page fault's error code. SDM Vol. 3A, "Page-Fault Exceptions" (4.7).
constexpr unsigned kWrite = 1u << 1, kUser = 1u << 2, kFetch = 1u << 4;

const MappedArea* area_at(const std::vector<MappedArea>& areas, GuestVirt at)
{
    const auto found = std::ranges::find_if(areas, [&](const MappedArea& area) { return area.holds(at); });
    return found == areas.end() ? nullptr : &*found;
}

/// What the guest's tables let through, the host's mappings may not: ring 3 is stopped there all the same.
ProgramAccess refused_by_host(const debug::AccessOutcome& walked, const MappedArea* area, GuestVirt at)
{
    const bool own = area != nullptr && at.value < program::layout::kUserEnd;
    ProgramAccess access{.access = walked.access, .signal = own ? "SIGSEGV, SEGV_ACCERR" : "SIGSEGV, SEGV_MAPERR"};
    const unsigned how = walked.access == "write" ? kWrite : walked.access == "execute" ? kFetch : 0;
    access.error_code = walked.error_code.value_or(kUser | how);
    if (at.value >= program::layout::kHusk && area != nullptr)
        access.why = "it is Husk's own: " + walked.why;
    else
        access.why =
            area == nullptr ? "nothing is mapped there" : fmt::format("the area, {}, does not allow it", rights_words(*area));
    if (!walked.error_code) access.why += "; the tables do, but not what the machine is given there";
    return access;
}

ProgramAccess outcome(const debug::AccessOutcome& walked, const MappedArea* area, GuestVirt at)
{
    const bool write = walked.access == "write";
    const bool there = area != nullptr && (area->readable || area->writable || area->executable);
    const bool allowed = there && (!write || area->writable);
    if (!allowed || walked.error_code) return refused_by_host(walked, area, at);
    ProgramAccess access{.access = walked.access};
    if (walked.access == "execute" && !area->executable)
        access.why = "though the area does not allow it: no entry has NX, for the tables of a program never change";
    return access;
}

std::string line(const ProgramAccess& access, const debug::Paint& paint)
{
    const std::string what = paint.name(fmt::format("{:<7}", access.access));
    if (access.signal.empty()) return fmt::format("{} yes{}\n", what, access.why.empty() ? "" : ", " + access.why);
    const std::string code = access.error_code ? fmt::format(", error code {:#x}", *access.error_code) : std::string{};
    return fmt::format("{} {}\n", what, paint.wrong(fmt::format("{}{}: {}", access.signal, code, access.why)));
}

}  // namespace

std::vector<ProgramAccess> program_accesses(const debug::AddressWords& walk, const std::vector<MappedArea>& areas)
{
    std::vector<ProgramAccess> all;
    if (walk.accesses.empty()) {  // no tables were asked
        for (const std::string_view access : {"read", "write", "execute"})
            all.push_back({access, "SIGSEGV, SI_KERNEL", 0, "the address is not canonical, which raises #GP, not a page fault"});
        return all;
    }
    const MappedArea* const area = area_at(areas, walk.linear);
    for (const debug::AccessOutcome& walked : walk.accesses)
        if (walked.ring == kRing3) all.push_back(outcome(walked, area, walk.linear));
    return all;
}

std::string access_text(const debug::AddressWords& walk, const std::vector<MappedArea>& areas, const debug::Paint& paint)
{
    std::string text = place_words(areas, walk.linear) + "\n";
    if (const MappedArea* const area = area_at(areas, walk.linear); area != nullptr && area->name.starts_with('/'))
        text += fmt::format("byte {:#x} of that file, mapped {}\n", area->file_offset + (walk.linear.value - area->begin.value),
                            area->shared ? "shared" : "privately");
    for (const ProgramAccess& access : program_accesses(walk, areas)) text += line(access, paint);
    return debug::section("in the program", text, paint);
}

nlohmann::ordered_json access_json(const debug::AddressWords& walk, const std::vector<MappedArea>& areas)
{
    auto all = nlohmann::ordered_json::array();
    for (const ProgramAccess& access : program_accesses(walk, areas))
        all.push_back({{"access", access.access},
                       {"signal", access.signal},
                       {"error_code", access.error_code ? nlohmann::ordered_json(fmt::format("{:#x}", *access.error_code))
                                                        : nlohmann::ordered_json{}},
                       {"why", access.why}});
    return {{"place", place_words(areas, walk.linear)}, {"accesses", std::move(all)}};
}

}  // namespace husk::cli
