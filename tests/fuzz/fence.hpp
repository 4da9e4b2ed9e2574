#pragma once

#include "fuzz/check.hpp"
#include "program/sandbox/kernel.hpp"
#include "program/sandbox/landlock_rights.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace husk::fuzz {

/// What keeps a fuzzer from harming the machine when Husk has the very hole that it looks for: it may write only where it was told
/// to, make no device or socket, send no signal to another process, and fill no disk. Reading and executing stay allowed, which the
/// sanitizers need. For all threads started from now on.
class Fence {
public:
    /// False if this kernel has no Landlock.
    static bool stands() { return program::SandboxKernel::host().landlock_abi() > 0; }

    Fence()
    {
        program::SandboxKernel& kernel = program::SandboxKernel::host();
        handled_ = program::landlock::all_of(kernel.landlock_abi());
        handled_.files &= ~(kExecute | kReadFile | kReadFolder | kDeviceIoctl);
        ruleset_ = kernel.landlock_create(handled_);
        require(ruleset_ >= 0, "there is a Landlock ruleset");
        open(std::filesystem::temp_directory_path());
        open("/dev/null");
    }

    /// The folders among a libFuzzer's arguments, and that where it is told to leave inputs that crash it.
    void open_arguments(std::span<char*> arguments)
    {
        constexpr std::string_view kArtifacts = "-artifact_prefix=";
        for (std::string_view argument : arguments) {
            if (argument.starts_with(kArtifacts))  // the start of a path, of which only the folder exists
                argument = folder_of(argument.substr(kArtifacts.size()));
            if (std::filesystem::is_directory(argument)) open(argument);
        }
    }

    void close()
    {
        constexpr rlim_t kFile = rlim_t{64} << 20;
        const rlimit file{.rlim_cur = kFile, .rlim_max = kFile};
        require(::setrlimit(RLIMIT_FSIZE, &file) == 0, "files have a limit");
        program::SandboxKernel& kernel = program::SandboxKernel::host();
        require(kernel.set_no_new_privileges() == 0, "no new privileges");
        require(kernel.landlock_restrict(ruleset_) == 0, "Landlock holds");
        ::close(ruleset_);
    }

private:
    static constexpr std::uint64_t kExecute = program::landlock::kExecute;
    static constexpr std::uint64_t kReadFile = program::landlock::kReadFile, kReadFolder = program::landlock::kReadFolder;
    static constexpr std::uint64_t kDeviceIoctl = program::landlock::kDeviceIoctl;

    static std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

    void open(const std::filesystem::path& file)
    {
        const int opened = ::open(file.c_str(), O_PATH | O_CLOEXEC);
        require(opened >= 0, "there is " + file.string());
        const std::uint64_t rights = program::landlock::granted(true, std::filesystem::is_directory(file), false);
        const landlock_path_beneath_attr rule{.allowed_access = rights & handled_.files, .parent_fd = opened};
        require(program::SandboxKernel::host().landlock_add(ruleset_, rule) == 0, "a Landlock rule for " + file.string());
        ::close(opened);
    }

    program::LandlockHandled handled_;
    int ruleset_ = -1;
};

}  // namespace husk::fuzz
