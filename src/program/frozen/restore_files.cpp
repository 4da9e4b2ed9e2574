#include "program/calls/paths.hpp"
#include "program/files/own_fd.hpp"
#include "program/frozen/file_content.hpp"
#include "program/frozen/restore.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace husk::program {

namespace {

std::string_view word_for(std::uint32_t type)
{
    switch (type & S_IFMT) {
        case S_IFREG: return "a regular file";
        case S_IFDIR: return "a folder";
        case S_IFCHR: return "a device";
        case S_IFLNK: return "a link";
        default: return "a special file";
    }
}

std::uint64_t nanoseconds(const timespec& time)
{
    constexpr std::uint64_t kSecond = 1'000'000'000;
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond + static_cast<std::uint64_t>(time.tv_nsec);
}

bool unchanged(const FrozenPath& file, const struct stat& now)
{
    return file.device == now.st_dev && file.inode == now.st_ino && file.size == static_cast<std::uint64_t>(now.st_size) &&
           file.changed == nanoseconds(now.st_ctim);
}

/// As the head of descriptors.hpp has it.
void compare(const FrozenDescriptor& descriptor, int fd, const struct stat& now)
{
    const FrozenPath& file = *descriptor.file;
    const auto size = static_cast<std::uint64_t>(now.st_size);
    const bool writes = (descriptor.flags & O_ACCMODE) != O_RDONLY;
    const bool grows = writes && (descriptor.flags & O_APPEND) != 0;
    if (unchanged(file, now)) return;
    if (!file.compared) {
        if (!grows && size < descriptor.offset)
            refuse(descriptor, fmt::format("it has {} bytes, and the program has written up to {}", size, descriptor.offset),
                   ESTALE);
        return;
    }
    if (grows ? size < file.size : size != file.size)
        refuse(descriptor, fmt::format("it has {} bytes, and had {} when the program was frozen", size, file.size), ESTALE);
    if (file.size > kMostCompared) refuse(descriptor, "it is another file, and too large to be compared", ESTALE);
    const auto hash = hash_of(fd, grows ? file.size : kMostCompared);
    if (!hash) refuse(descriptor, "its contents cannot be read", hash.error());
    if (*hash != file.content) refuse(descriptor, "its contents are not what they were when the program was frozen", ESTALE);
}

void check_type(const FrozenDescriptor& descriptor, const struct stat& now)
{
    const FrozenPath& file = *descriptor.file;
    if ((now.st_mode & S_IFMT) != file.type)
        refuse(descriptor, fmt::format("it is {}, and was {}", word_for(now.st_mode), word_for(file.type)), ESTALE);
    if ((S_ISCHR(file.type) || S_ISBLK(file.type)) && now.st_rdev != file.device)
        refuse(descriptor, "it is another device", ESTALE);
    // Where one is in a listing means nothing in another folder.
    if (S_ISDIR(file.type) && descriptor.offset != 0 && (now.st_ino != file.inode || now.st_dev != file.device))
        refuse(descriptor, "the program is listing it, and it is another folder", ESTALE);
}

}  // namespace

void restore_file(Thread& thread, const FrozenDescriptor& descriptor)
{
    const bool reference = (descriptor.flags & O_PATH) != 0;
    // Whatever lies there now, a FIFO or a terminal, is not waited for.
    const std::uint32_t more = reference ? 0 : O_NONBLOCK | O_NOCTTY;
    const Result opened = open_path(thread, {.path = descriptor.file->path, .flags = descriptor.flags | O_CLOEXEC | more});
    if (failed(opened)) {
        const bool writes = !reference && (descriptor.flags & O_ACCMODE) != O_RDONLY;
        refuse(descriptor, fmt::format("it cannot be opened again{}: is it granted?", writes ? " for writing" : ""),
               static_cast<int>(-opened));
    }
    UniqueFd fd{static_cast<int>(opened)};
    struct stat now {};
    must(descriptor, "fstat", ::fstat(fd.get(), &now) == 0 ? 0 : -errno);
    check_type(descriptor, now);
    if (!reference) {
        must(descriptor, "F_SETFL", host_call(SYS_fcntl, fd.get(), F_SETFL, descriptor.flags));
        if (S_ISREG(now.st_mode)) compare(descriptor, fd.get(), now);
        const bool place_in_it = S_ISREG(now.st_mode) || S_ISDIR(now.st_mode);
        if (place_in_it && descriptor.offset != 0)
            must(descriptor, "lseek", host_call(SYS_lseek, fd.get(), descriptor.offset, SEEK_SET));
    }
    place(descriptor, std::move(fd));
}

void restore_memory(const Process& process, const FrozenDescriptor& first, std::span<const FrozenDescriptor> all)
{
    const FrozenMemory& memory = *first.memory;
    const Result made = host_call(SYS_memfd_create, memory.name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    const UniqueFd file = moved_above(UniqueFd{must(first, "memfd_create", made)}, process.descriptor_line);
    if (const int error = put_bytes(file.get(), memory.content)) refuse(first, "its contents cannot be written", error);
    for (const FrozenDescriptor& descriptor : all) {
        if (!descriptor.memory || descriptor.memory->object != first.number) continue;
        UniqueFd fd = opened_again(process, descriptor, file.get());
        must(descriptor, "lseek", host_call(SYS_lseek, fd.get(), descriptor.offset, SEEK_SET));
        place(descriptor, std::move(fd));
    }
    must(first, "fchmod", host_call(SYS_fchmod, file.get(), memory.mode));
    must(first, "F_ADD_SEALS", host_call(SYS_fcntl, file.get(), F_ADD_SEALS, memory.seals));
}

}  // namespace husk::program
