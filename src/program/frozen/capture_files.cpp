#include "base/unique_fd.hpp"
#include "program/files/own_fd.hpp"
#include "program/frozen/capture.hpp"
#include "program/frozen/file_content.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

// Files: those that have a name, and those that have none.
namespace husk::program {

namespace {

std::string reason(std::string_view what, int error)
{
    return fmt::format("{}: {}", what, std::generic_category().message(error));
}

/// Devices that have no state of their own: null, zero, full, random, urandom, and the terminal of whoever opens tty.
bool stateless(dev_t device)
{
    constexpr unsigned kMemory = 1, kTerminal = 5;  // Linux's Documentation/admin-guide/devices.txt
    constexpr std::array<unsigned, 5> kOfMemory{3, 5, 7, 8, 9};
    if (::major(device) == kMemory) return std::ranges::find(kOfMemory, ::minor(device)) != kOfMemory.end();
    return ::major(device) == kTerminal && ::minor(device) == 0;
}

std::string type_problem(const OpenDescriptor& open)
{
    const auto mode = open.status.st_mode;
    if (open.reference() || S_ISREG(mode) || S_ISDIR(mode)) return {};
    if (S_ISCHR(mode) && stateless(open.status.st_rdev)) return {};
    return S_ISFIFO(mode) ? "who has its other end is not known" : "Husk does not know what state it has";
}

/// That its name leads to it, so that whoever opens it again has the same file.
std::string name_problem(Process& process, const OpenDescriptor& open, const std::string& path)
{
    const auto found = process.files.find(path, {.follow = false}, AT_FDCWD);
    if (!found) return reason("its name leads nowhere", found.error());
    if (!found->fd) return {};  // of Husk's own making
    struct stat status {};
    if (::fstat(found->fd.get(), &status) != 0) return reason("fstat", errno);
    if (status.st_ino != open.status.st_ino || status.st_dev != open.status.st_dev) return "its name leads to another file by now";
    if (found->root != nullptr && S_ISREG(status.st_mode) && found->root->host.starts_with(process.files.grants().scratch().path()))
        return "it is in the program's private /tmp, which vanishes with it";
    return {};
}

std::uint64_t nanoseconds(const timespec& time)
{
    constexpr std::uint64_t kSecond = 1'000'000'000;
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

/// The contents, where the program may rely on them.
std::string compare_later(const OpenDescriptor& open, FrozenPath& file)
{
    file.size = static_cast<std::uint64_t>(open.status.st_size);
    file.changed = nanoseconds(open.status.st_ctim);
    file.compared = open.reads();
    if (!file.compared || file.size > kMostCompared) return {};
    const bool grows = open.writes() && (open.flags & O_APPEND) != 0;
    const auto hash = hash_of(open.number, grows ? file.size : kMostCompared);
    if (!hash) return reason("its contents cannot be read", hash.error());
    file.content = *hash;
    return {};
}

/// True if JSON can have it: whole UTF-8. Names of files may be any bytes.
bool is_text(std::string_view name)
{
    constexpr unsigned kContinued = 0xC0, kContinuation = 0x80;
    const auto length = [](unsigned char first) -> std::size_t {
        if (first < 0x80) return 1;
        if (first >= 0xC2 && first < 0xE0) return 2;
        if (first >= 0xE0 && first < 0xF0) return 3;
        return first >= 0xF0 && first < 0xF5 ? 4 : 0;
    };
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t size = length(static_cast<unsigned char>(name[at]));
        if (size == 0 || size > name.size() - at) return false;
        for (const char c : name.substr(at + 1, size - 1))
            if ((static_cast<unsigned char>(c) & kContinued) != kContinuation) return false;
        at += size;
    }
    return true;
}

}  // namespace

std::string capture_file(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    if (auto problem = type_problem(open); !problem.empty()) return problem;
    const auto path = capture.process.files.path_of(open.number);
    if (!path) return "no grant has it";
    if (!is_text(*path)) return "its name is not UTF-8";
    if (auto problem = name_problem(capture.process, open, *path); !problem.empty()) return problem;
    const bool device = S_ISCHR(open.status.st_mode) || S_ISBLK(open.status.st_mode);
    FrozenPath& file = into.file.emplace(FrozenPath{.path = *path,
                                                    .type = open.status.st_mode & S_IFMT,
                                                    .device = device ? open.status.st_rdev : open.status.st_dev,
                                                    .inode = open.status.st_ino});
    return S_ISREG(open.status.st_mode) && !open.reference() ? compare_later(open, file) : std::string{};
}

std::string capture_memory(Capture& capture, const OpenDescriptor& open, FrozenDescriptor& into)
{
    if (open.reference()) return "it is a reference (O_PATH) to a file without a name";
    constexpr std::string_view kMemory = "/memfd:", kDeleted = " (deleted)";
    constexpr unsigned kPermissions = 0777;
    std::string name = open.name.substr(0, open.name.size() - (open.name.ends_with(kDeleted) ? kDeleted.size() : 0));
    name = name.starts_with(kMemory) ? name.substr(kMemory.size()) : name.substr(name.rfind('/') + 1);
    const Result seals = host_call(SYS_fcntl, open.number, F_GET_SEALS);
    FrozenMemory& memory =
        into.memory.emplace(FrozenMemory{.object = capture.object(open),
                                         .name = std::move(name),
                                         .mode = open.status.st_mode & kPermissions,
                                         .seals = static_cast<std::uint32_t>(failed(seals) ? F_SEAL_SEAL : seals)});
    if (memory.object != into.number) return {};
    const auto size = static_cast<std::uint64_t>(open.status.st_size);
    if (auto problem = capture.take_room(size); !problem.empty()) return problem;
    // It may be open for writing alone.
    const UniqueFd again{static_cast<int>(
        open_beneath(capture.process.files.proc(), beneath_proc(open.number).c_str(), O_RDONLY | O_CLOEXEC | kLargeFile, 0))};
    auto bytes = bytes_of(again ? again.get() : open.number, size);
    if (!bytes) return reason("its contents cannot be read", bytes.error());
    memory.content = *std::move(bytes);
    return {};
}

}  // namespace husk::program
