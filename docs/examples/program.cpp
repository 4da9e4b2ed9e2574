#include <husk/husk.hpp>

#include <sys/syscall.h>
#include <sys/utsname.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

// Runs the program that it is given, with no files but what the program is made of, and tells what it wrote.
int main(int count, char** words)
{
    if (count < 2) return std::fprintf(stderr, "which program?\n"), 2;
    std::string output;
    husk::ProgramConfig config;
    config.path = words[1];
    config.arguments.assign(words + 1, words + count);
    config.default_grants = true;
    config.limits.memory = 256u << 20;
    config.limits.wall_time = std::chrono::seconds{10};
    config.on_output = [&output](std::span<const std::byte> bytes) {
        for (const std::byte byte : bytes) output += static_cast<char>(byte);
    };
    // The machine's name is none of its business.
    config.overrides[SYS_uname] = [](husk::SystemCall& call) -> std::optional<std::int64_t> {
        utsname names{};
        std::strcpy(names.sysname, "Linux");
        std::strcpy(names.nodename, "nowhere");
        return call.write(call.arguments[0], std::as_bytes(std::span{&names, 1})) ? 0 : -EFAULT;
    };

    husk::Program program{std::move(config)};
    const husk::ProgramStop stop = program.run();
    std::printf("%s%s\n", output.c_str(), husk::describe(stop).c_str());
    return std::holds_alternative<husk::stops::Exited>(stop) ? 0 : 1;
}
