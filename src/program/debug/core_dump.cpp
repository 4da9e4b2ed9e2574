#include "program/debug/core_dump.hpp"

#include "base/file_bytes.hpp"
#include "debug/core/registers.hpp"
#include "program/debug/core_memory.hpp"
#include "program/debug/core_notes.hpp"
#include "program/parts.hpp"
#include "program/process/snapshot.hpp"
#include "program/residence.hpp"

#include <elf.h>

#include <algorithm>
#include <csignal>
#include <vector>

namespace husk::program {

namespace {

/// As a debugger of a running program sees it.
MachineState state_of(const ThreadSnapshot& thread)
{
    MachineState state{
        .registers = thread.registers, .system = entry::system_registers(0, false, false), .model = {}, .vectors = thread.vectors};
    state.system.fs.base = thread.fs_base;
    state.system.gs.base = thread.gs_base;
    return state;
}

/// That one first which the program ended by.
void begin_with_ended(std::vector<ThreadSnapshot>& threads, const ProgramStop& stop)
{
    const auto* const unable = std::get_if<stops::CannotExecute>(&stop);
    std::stable_partition(threads.begin(), threads.end(), [&](const ThreadSnapshot& thread) {
        return unable != nullptr ? thread.registers.rip == unable->at.value : thread.ended_by.has_value();
    });
}

}  // namespace

std::optional<int> CoreDump::signal(const ProgramStop& stop)
{
    if (std::holds_alternative<stops::CannotExecute>(stop)) return SIGILL;
    const auto* const signalled = std::get_if<stops::Signalled>(&stop);
    if (signalled == nullptr || !kDumpingCore.has(signalled->signal)) return std::nullopt;
    return signalled->signal;
}

CoreDump::CoreDump(const Program& program, const ProgramStop& stop) : parts_{program.residence_->parts()}, stop_{stop} {}

const std::string& CoreDump::executable() const
{
    return parts_.start ? parts_.start->program.path : parts_.config.path;
}

debug::CoreExtent CoreDump::write(int fd) const
{
    ProgramSnapshot snapshot = snapshot_of(parts_.process);
    begin_with_ended(snapshot.threads, stop_);
    debug::CoreNotes notes;
    const int number = signal(stop_).value_or(0);  // of all threads: debuggers show the last that they find
    for (const ThreadSnapshot& thread : snapshot.threads) {
        const MachineState state = state_of(thread);
        add_status(notes, state, thread.id, number);
        if (&thread == &snapshot.threads.front()) {
            add_process(notes, parts_.process.pid, executable(), parts_.start ? parts_.start->arguments : parts_.config.arguments);
            if (!thread.information.empty()) notes.add({.owner = "CORE", .type = NT_SIGINFO}, thread.information);
            notes.add({.owner = "CORE", .type = NT_AUXV}, parts_.process.files.facts().auxv);
            add_files(notes, snapshot.areas);
        }
        add_vectors(notes, state);
    }
    const CoreMemory memory{parts_.process.space, parts_.process.windows->vdso().empty() ? Vdso{} : host_vdso()};
    const debug::CoreFront front = debug::core_front(debug::CoreWidth::Wide, memory.segments(), notes);
    write_exactly(fd, 0, front.bytes, "write of a core file");
    memory.write(fd, front.bytes.size());
    return front.complete ? debug::CoreExtent::Whole : debug::CoreExtent::Part;
}

}  // namespace husk::program
