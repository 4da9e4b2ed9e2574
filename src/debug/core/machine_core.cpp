#include "debug/core/machine_core.hpp"

#include "base/file_bytes.hpp"
#include "debug/core/registers.hpp"
#include "debug/gdb/stop_signal.hpp"
#include "memory/copy_memory.hpp"
#include "memory/entries.hpp"
#include "x86/mappings.hpp"

#include <husk/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

namespace husk::debug {

namespace {

constexpr int kProcessor = 1;  // as a debugger numbers it

/// What of `range` is in the region, which is at `offset` of all regions together; if any is.
std::optional<CoreSegment> within(const x86::MappedRange& range, const MemoryRegion& region, std::uint64_t offset)
{
    const std::uint64_t begin = std::max(range.physical.value, region.base.value);
    const std::uint64_t end = std::min(range.physical.value + range.size, region.base.value + region.size);
    if (begin >= end) return std::nullopt;
    return CoreSegment{.linear = range.linear.value + (begin - range.physical.value),
                       .physical = begin,
                       .size = end - begin,
                       .in_file = end - begin,
                       .offset = offset + (begin - region.base.value),
                       .writable = range.writable,
                       .executable = range.executable};
}

std::vector<CoreSegment> segments_of(const std::vector<x86::MappedRange>& mapped, const GuestMemory& memory)
{
    std::vector<CoreSegment> segments;
    for (const x86::MappedRange& range : mapped) {
        std::uint64_t offset = 0;
        for (const GuestMemory::Region& region : memory.regions()) {
            if (segments.size() > kMostCoreSegments) return segments;
            if (const auto part = within(range, region.spec, offset)) segments.push_back(*part);
            offset += region.spec.size;
        }
    }
    return segments;
}

}  // namespace

std::optional<int> signal_of_core(const Stop& stop)
{
    const auto* const fault = std::get_if<stops::TripleFault>(&stop);
    if (fault != nullptr && fault->registers_lost) return std::nullopt;
    if (std::holds_alternative<stops::FreezeAsked>(stop) || std::holds_alternative<stops::Debug>(stop)) return std::nullopt;
    const gdb::StopReport report = gdb::stop_report(stop);
    if (report.cancelled || report.kind == gdb::StopReport::Kind::Exited) return std::nullopt;
    // Of those that come, GDB numbers only this one otherwise than Linux.
    return report.number == static_cast<int>(gdb::Signal::Bus) ? SIGBUS : report.number;
}

CoreExtent write_core(int fd, const Machine& machine, int signal)
{
    const MachineState state = machine.state();
    const GuestMemory& memory = machine.memory();
    CoreNotes notes;
    add_status(notes, state, kProcessor, signal);
    add_vectors(notes, state);
    const x86::Mappings mapped = x86::mappings(state.system, entry_reader(memory));
    const auto segments = segments_of(mapped.ranges, memory);
    const CoreFront front = core_front(core_width(state.system), segments, notes);

    write_exactly(fd, 0, front.bytes, "write of a core file");
    copy_memory(memory, fd, front.bytes.size());
    std::uint64_t size = front.bytes.size();
    for (const GuestMemory::Region& region : memory.regions()) size += region.spec.size;
    if (::ftruncate(fd, static_cast<off_t>(size)) != 0) throw Error{"ftruncate of a core file", errno};  // the last hole
    return mapped.complete && front.complete ? CoreExtent::Whole : CoreExtent::Part;
}

}  // namespace husk::debug
