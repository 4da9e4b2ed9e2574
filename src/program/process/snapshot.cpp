#include "program/process/snapshot.hpp"

#include "memory/written_pages.hpp"
#include "program/files/own_fd.hpp"
#include "program/image/file.hpp"
#include "program/process/process.hpp"
#include "program/trace/code_names.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <span>

namespace husk::program {

namespace {

x86::Exception exception_of(const LastException& last)
{
    const bool page_fault = last.vector == x86::kPageFault;
    return {.vector = static_cast<std::uint8_t>(last.vector),
            .has_error_code = page_fault || last.error != 0,
            .error_code = static_cast<std::uint32_t>(last.error),
            .address = page_fault ? last.cr2 : 0};
}

/// What of an area the host has given pages of its own for.
std::optional<std::uint64_t> touched(const Space& space, const Area& area)
{
    try {
        std::uint64_t bytes = 0;
        for (const auto run : written_pages(space.reservation().bytes(area.begin, area.size()))) bytes += run.size();
        return bytes;
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// As the program would find it: a confined Husk opens nothing in another way.
std::unique_ptr<ByteSource> open_granted(Process& process, const std::string& path)
{
    const std::lock_guard alone{process.descriptors};
    const auto found = process.files.find(path, {.told = false}, AT_FDCWD);
    if (!found || found->root == nullptr || !S_ISREG(found->mode)) return nullptr;
    const Result fd = open_to_read(process.files.proc(), found->fd.get());
    if (failed(fd)) return nullptr;
    auto file = FileSource::take(UniqueFd{static_cast<int>(fd)}, path);
    return file ? std::make_unique<FileSource>(*std::move(file)) : nullptr;
}

}  // namespace

void name_code(ProgramSnapshot& snapshot, Process& process)
{
    if (!process.config.owns_process || !process.files.is_open()) return;
    CodeNames names{[&](const std::string& path) { return open_granted(process, path); },
                    [&](std::uint64_t at, std::span<std::byte> into) { return process.memory.read({at}, into); }};
    for (ThreadSnapshot& thread : snapshot.threads) {
        const std::uint64_t rip = thread.registers.rip;
        if (const auto area = process.space.at({rip}))
            thread.symbol = names.at({area->begin, area->end, area->file_offset, area->name}, rip);
    }
}

void end_by(Thread& thread, const SignalInfo& info)
{
    FatalSignal fatal{.signal = info.si_signo, .code = info.si_code};
    // What others send has no code above 0: sigaction(2).
    if (info.si_code > 0 && kSynchronous.has(info.si_signo)) {
        fatal.address = {std::bit_cast<std::uint64_t>(info.si_addr)};
        if (thread.signals.from_exception) fatal.exception = exception_of(thread.signals.exception);
    }
    thread.ended_by = fatal;
    const auto information = std::as_bytes(std::span{&info, 1});
    thread.ended_information.assign(information.begin(), information.end());
    thread.process.end(stops::Signalled{info.si_signo});
}

ThreadSnapshot snapshot_of(Thread& thread)
{
    return {.id = thread.tid,
            .registers = thread.user,
            .fs_base = thread.vcpu().fs_base(),
            .gs_base = thread.vcpu().gs_base(),
            .vectors = {},
            .ended_by = thread.ended_by,
            .information = thread.ended_information};
}

MappedArea mapped_area(const Area& area, std::optional<std::uint64_t> touched)
{
    return {.begin = {area.begin},
            .size = area.size(),
            .readable = (area.protection & PROT_READ) != 0,
            .writable = (area.protection & PROT_WRITE) != 0,
            .executable = (area.protection & PROT_EXEC) != 0,
            .shared = (area.flags & MAP_TYPE) != MAP_PRIVATE,
            .file_offset = area.file_offset,
            .name = area.name,
            .touched = touched};
}

ProgramSnapshot snapshot_of(Process& process)
{
    ProgramSnapshot all{.threads = {}, .areas = {}};
    for (const Area& area : process.space.areas()) all.areas.push_back(mapped_area(area, touched(process.space, area)));
    {
        const std::lock_guard lock{process.threads_mutex};
        for (const auto& thread : process.threads) all.threads.push_back(snapshot_of(*thread));
        all.threads.insert(all.threads.end(), process.ended_threads.begin(), process.ended_threads.end());
    }
    std::ranges::sort(all.threads, {}, &ThreadSnapshot::id);
    return all;
}

}  // namespace husk::program
