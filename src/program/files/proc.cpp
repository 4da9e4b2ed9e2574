#include "program/files/proc.hpp"

#include "program/files/own_fd.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace husk::program {

namespace {

/// The host's figures, handed on.
constexpr const char* kHostFiles[] = {
    "/proc/cpuinfo",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/uptime",
    "/proc/version",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/kernel/random/uuid",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu/online",
    "/sys/devices/system/cpu/possible",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
};

struct Fixed {
    const char* path;
    const char* text;
};
constexpr Fixed kFixed[] = {
    {"/proc/filesystems", "nodev\tproc\nnodev\ttmpfs\n\text4\n"},
    {"/proc/sys/kernel/cap_last_cap", "40\n"},
    {"/proc/sys/kernel/ngroups_max", "65536\n"},
    {"/proc/sys/kernel/ostype", "Linux\n"},
    {"/proc/sys/kernel/pid_max", "4194304\n"},
    {"/proc/sys/vm/max_map_count", "65530\n"},
    {"/proc/sys/vm/mmap_min_addr", "65536\n"},
};

std::string host_text(const char* path)
{
    const Result fd = open_beneath(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
    if (failed(fd)) return {};
    const UniqueFd file{static_cast<int>(fd)};
    constexpr std::size_t kPiece = 16384;
    std::string text;
    std::array<char, kPiece> piece{};
    for (Result got = 1; got > 0;) {
        got = host_call(SYS_read, file.get(), piece.data(), piece.size());
        if (got > 0) text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
}

void put_own(Node& tree, const Facts& facts, std::function<std::string()> working_directory)
{
    struct Own {
        const char* name;
        std::string (*text)(const Facts&);
    };
    constexpr Own kOwn[] = {
        {"maps", self::maps},
        {"cmdline", self::command_line},
        {"environ", self::environment},
        {"comm", self::command},
        {"auxv", self::auxv},
        {"stat", self::stat},
        {"statm", self::statm},
        {"status", self::status},
        {"limits", self::limits},
        {"mounts", self::mounts},
        {"mountinfo", self::mount_info},
        {"cgroup", self::control_groups},
    };
    const std::string own = own_folder(facts.pid) + "/";
    for (const Own& file : kOwn) tree.put_text(own + file.name, [&facts, text = file.text] { return text(facts); });
    Node& program = tree.place(own + "exe");
    program.kind = Node::Kind::Program;
    program.make = [&facts] { return facts.program; };
    tree.put_link(own + "cwd", std::move(working_directory));
    tree.put_link(own + "root", [] { return "/"; });
    tree.place(own + "fd").kind = Node::Kind::Descriptors;
}

/// A link of /dev, unless something was granted there.
void put_shortcut(Node& tree, const std::string& path, const char* to)
{
    Node& node = tree.place(path);
    if (!node.root) tree.put_link(path, [to] { return to; });
}

}  // namespace

std::string own_folder(int pid)
{
    return "/proc/" + std::to_string(pid);
}

void put_proc(Node& tree, const Facts& facts, std::function<std::string()> working_directory)
{
    tree.place("/proc").hides = true;
    put_own(tree, facts, std::move(working_directory));
    tree.put_link("/proc/self", [&facts] { return std::to_string(facts.pid); });
    tree.put_link("/proc/thread-self", [&facts] { return std::to_string(facts.pid); });
    tree.put_link("/proc/mounts", [] { return "self/mounts"; });
    for (const char* const path : kHostFiles) tree.put_text(path, [path] { return host_text(path); });
    for (const Fixed& file : kFixed) tree.put_text(file.path, [text = file.text] { return text; });
    put_shortcut(tree, "/dev/stdin", "/proc/self/fd/0");
    put_shortcut(tree, "/dev/stdout", "/proc/self/fd/1");
    put_shortcut(tree, "/dev/stderr", "/proc/self/fd/2");
    put_shortcut(tree, "/dev/fd", "/proc/self/fd");
}

std::vector<std::string> host_files_read()
{
    return {std::begin(kHostFiles), std::end(kHostFiles)};
}

}  // namespace husk::program
