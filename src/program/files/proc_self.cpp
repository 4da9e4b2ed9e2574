#include "program/files/facts.hpp"

#include <fmt/format.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace husk::program::self {

namespace {

constexpr std::uint64_t kKib = 1024;

/// Sizes in bytes.
struct Memory {
    std::uint64_t mapped = 0;
    std::uint64_t resident = 0;
    std::uint64_t data = 0;
    std::uint64_t stack = 0;
    std::uint64_t code = 0;     ///< of the program
    std::uint64_t library = 0;  ///< code of others
};

Memory memory_of(const Facts& facts)
{
    Memory memory;
    for (const Area& area : facts.space.areas()) {
        memory.mapped += area.size();
        if (area.name == "[stack]")
            memory.stack += area.size();
        else if ((area.protection & PROT_EXEC) != 0)
            (area.name == facts.program ? memory.code : memory.library) += area.size();
        else if ((area.protection & PROT_WRITE) != 0)
            memory.data += area.size();
    }
    // What Husk's process has in memory is the program's and a little more; it cannot be more than the program may use.
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    memory.resident = std::min(static_cast<std::uint64_t>(usage.ru_maxrss) * kKib, facts.space.accessible());
    return memory;
}

/// In the kernel's ticks of a hundredth of a second.
long ticks(const timeval& time)
{
    constexpr long kTicks = 100;
    constexpr long kMicroseconds = 1'000'000;
    return time.tv_sec * kTicks + time.tv_usec / (kMicroseconds / kTicks);
}

std::string name_of(const Facts& facts)
{
    std::string name = command(facts);
    name.pop_back();
    return name;
}

std::string group_list()
{
    std::array<gid_t, 65536> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    std::string text;
    for (int i = 0; i < count; ++i) text += fmt::format("{} ", groups.at(static_cast<std::size_t>(i)));
    return text;
}

}  // namespace

std::string stat(const Facts& facts)
{
    struct rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    const Memory memory = memory_of(facts);
    const auto page = static_cast<std::uint64_t>(::getpagesize());
    // proc(5): pid comm state ppid pgrp session tty_nr tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority
    // nice num_threads itrealvalue starttime vsize rss rsslim, and 27 more, of which the addresses are nobody's.
    std::string text =
        fmt::format("{} ({}) R {} {} {} 0 -1 4194304 {} 0 {} 0 {} {} 0 0 20 0 {} 0 1 {} {} 18446744073709551615", facts.pid,
                    name_of(facts), ::getppid(), ::getpgrp(), ::getsid(0), usage.ru_minflt, usage.ru_majflt, ticks(usage.ru_utime),
                    ticks(usage.ru_stime), facts.threads(), memory.mapped, memory.resident / page);
    constexpr int kMore = 27;
    for (int i = 0; i < kMore; ++i) text += " 0";
    return text + '\n';
}

std::string statm(const Facts& facts)
{
    const Memory memory = memory_of(facts);
    const auto page = static_cast<std::uint64_t>(::getpagesize());
    return fmt::format("{} {} 0 {} 0 {} 0\n", memory.mapped / page, memory.resident / page, memory.code / page,
                       (memory.data + memory.stack) / page);
}

std::string status(const Facts& facts)
{
    const Memory memory = memory_of(facts);
    std::string text = fmt::format("Name:\t{}\nState:\tR (running)\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n",
                                   name_of(facts), facts.pid, facts.pid, ::getppid());
    text += fmt::format("Uid:\t{0}\t{1}\t{1}\t{1}\nGid:\t{2}\t{3}\t{3}\t{3}\nFDSize:\t64\nGroups:\t{4}\n", ::getuid(), ::geteuid(),
                        ::getgid(), ::getegid(), group_list());
    const auto line = [&](const char* name, std::uint64_t bytes) { text += fmt::format("{}:\t{:8} kB\n", name, bytes / kKib); };
    line("VmPeak", memory.mapped);
    line("VmSize", memory.mapped);
    line("VmLck", 0);
    line("VmHWM", memory.resident);
    line("VmRSS", memory.resident);
    line("VmData", memory.data);
    line("VmStk", memory.stack);
    line("VmExe", memory.code);
    line("VmLib", memory.library);
    line("VmSwap", 0);
    text += fmt::format("Threads:\t{}\nNoNewPrivs:\t1\nSeccomp:\t0\n", facts.threads());
    const int last = std::max(::get_nprocs(), 1) - 1;
    return text + (last == 0 ? "Cpus_allowed_list:\t0\n" : fmt::format("Cpus_allowed_list:\t0-{}\n", last));
}

std::string limits(const Facts& facts)
{
    struct Line {
        const char* name;
        __rlimit_resource_t resource;
        const char* unit;
    };
    constexpr Line kLines[] = {
        {"Max cpu time", RLIMIT_CPU, "seconds"},         {"Max file size", RLIMIT_FSIZE, "bytes"},
        {"Max data size", RLIMIT_DATA, "bytes"},         {"Max stack size", RLIMIT_STACK, "bytes"},
        {"Max core file size", RLIMIT_CORE, "bytes"},    {"Max resident set", RLIMIT_RSS, "bytes"},
        {"Max processes", RLIMIT_NPROC, "processes"},    {"Max open files", RLIMIT_NOFILE, "files"},
        {"Max locked memory", RLIMIT_MEMLOCK, "bytes"},  {"Max address space", RLIMIT_AS, "bytes"},
        {"Max file locks", RLIMIT_LOCKS, "locks"},       {"Max pending signals", RLIMIT_SIGPENDING, "signals"},
        {"Max msgqueue size", RLIMIT_MSGQUEUE, "bytes"}, {"Max nice priority", RLIMIT_NICE, ""},
        {"Max realtime priority", RLIMIT_RTPRIO, ""},    {"Max realtime timeout", RLIMIT_RTTIME, "us"}};
    const auto word = [](rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); };
    std::string text = fmt::format("{:25} {:20} {:20} {:10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (const Line& line : kLines) {
        struct rlimit limit {};
        ::getrlimit(line.resource, &limit);
        if (line.resource == RLIMIT_NOFILE && facts.config.limits.files)
            limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_cur, *facts.config.limits.files);
        text += fmt::format("{:25} {:20} {:20} {:10}\n", line.name, word(limit.rlim_cur), word(limit.rlim_max), line.unit);
    }
    return text;
}

std::string mounts(const Facts&)
{
    return "husk / husk rw,nosuid,nodev 0 0\n";
}

std::string mount_info(const Facts&)
{
    return "1 1 0:1 / / rw,nosuid,nodev - husk husk rw\n";
}

std::string control_groups(const Facts&)
{
    return "0::/\n";
}

}  // namespace husk::program::self
