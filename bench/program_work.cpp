#include "program_work.hpp"

#include "floor/ring3.h"
#include "side.hpp"

#include <husk/program.hpp>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <map>
#include <sstream>
#include <system_error>
#include <vector>

namespace husk::bench {

namespace {
ProgramConfig on_kvm(const Command& command)
{
    ProgramConfig config;
    config.path = command.front();
    config.arguments = command;
    config.engine = Engine::Kvm;
    return config;
}
}  // namespace

Nanoseconds work_in_program(const Command& command)
{
    static std::map<std::string, std::uint64_t> checks;  // by the work's words
    double took = 0;
    std::uint64_t check = 0;
    std::istringstream said{output_of(command)};
    expect(static_cast<bool>(said >> took >> check), "program_work's line");

    std::string words;
    const auto is_program = [](const std::string& word) { return word.ends_with("program_work"); };
    for (auto word = std::ranges::find_if(command, is_program); word != command.end(); ++word) words += *word + ' ';
    expect(checks.try_emplace(words, check).first->second == check, "the same work came to another number");
    return Nanoseconds{took};
}

Nanoseconds life_of_program(const Command& command)
{
    const ProgramConfig config = on_kvm(command);
    ProgramStop stop;
    const auto took = timed([&] {
        Program program{config};
        stop = program.run();
    });
    expect(stop == ProgramStop{stops::Exited{0}}, "the program's end");
    return took;
}

Nanoseconds life_of_ring3_floor()
{
    return timed(ring3_life);
}

Nanoseconds ring3_exits(std::uint64_t count)
{
    ring3_vm vm{};
    ring3_create(&vm);
    ring3_leave(&vm, 1);  // page faults
    const auto took = timed([&] { ring3_leave(&vm, count); });
    ring3_destroy(&vm);
    return took;
}

Nanoseconds read_on_ring3_floor(const std::string& path, std::size_t piece)
{
    std::vector<char> buffer(piece, 'x');
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    expect(fd >= 0, "the floor's file");
    ring3_vm vm{};
    ring3_create(&vm);
    ring3_leave(&vm, 1);
    ssize_t got = 0;
    const auto took = timed([&] {
        do ring3_leave(&vm, 1);
        while ((got = ::read(fd, buffer.data(), piece)) > 0);
    });
    ring3_destroy(&vm);
    ::close(fd);
    expect(got == 0, "the floor's reads");
    return took;
}

void expect_trivial_calls_served(const std::string& program_work, std::uint64_t count)
{
    ProgramConfig config = on_kvm({program_work, "calls", std::to_string(count)});
    config.count_calls = true;
    config.overrides.emplace(SYS_write, [](SystemCall& call) { return static_cast<std::int64_t>(call.arguments[2]); });  // be quiet
    Program program{config};
    program.run();
    const auto calls = program.calls();
    const bool served = std::ranges::any_of(calls, [&](const auto& call) { return call.name == "getppid" && call.calls == count; });
    expect(served, "the trivial system calls did not leave the machine");
}

WorkFile::WorkFile()
{
    constexpr std::uintmax_t kSize = 128_MiB;
    constexpr auto kInMemory = "/dev/shm";
    const std::filesystem::path folder =
        ::access(kInMemory, W_OK) == 0 ? std::filesystem::path{kInMemory} : std::filesystem::temp_directory_path();
    path_ = folder / "husk-bench-XXXXXX";
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "mkstemp " + path_);
    // Written, not only allocated: pages that are not there yet would be read as zeroes, out of the processor's cache.
    const std::vector<char> piece(1_MiB, 'x');
    int error = 0;
    for (std::uintmax_t done = 0; done < kSize && error == 0; done += piece.size())
        if (::write(fd, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) error = errno;
    ::close(fd);
    if (error == 0) return;
    ::unlink(path_.c_str());
    throw std::system_error(error, std::generic_category(), "write " + path_);
}

WorkFile::~WorkFile()
{
    ::unlink(path_.c_str());
}

}  // namespace husk::bench
