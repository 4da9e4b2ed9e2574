#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <vector>

#include "program/abi/names.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

bool is_device(std::uint32_t mode)
{
    return S_ISCHR(mode) || S_ISBLK(mode);
}

Text format_stat(const Look& look, std::uint64_t at)
{
    const auto stat = read_as<struct stat>(look.read, at);
    if (!stat) return std::nullopt;
    const std::string detail =
        is_device(stat->st_mode) ? "st_rdev=" + device(stat->st_rdev) : fmt::format("st_size={}", stat->st_size);
    return fmt::format("{{st_mode={}, {}, ...}}", file_mode(stat->st_mode), detail);
}

Text format_statx(const Look& look, std::uint64_t at)
{
    const auto stat = read_as<struct statx>(look.read, at);
    if (!stat) return std::nullopt;
    const std::string detail = is_device(stat->stx_mode) ? "stx_rdev=" + device(makedev(stat->stx_rdev_major, stat->stx_rdev_minor))
                                                         : fmt::format("stx_size={}", stat->stx_size);
    return fmt::format("{{stx_mask={}, stx_attributes={}, stx_mode={}, {}, ...}}", describe(Names::StatxMask, stat->stx_mask),
                       hexadecimal(stat->stx_attributes), file_mode(stat->stx_mode), detail);
}

Text format_statfs(const Look& look, std::uint64_t at)
{
    const auto stat = read_as<struct statfs>(look.read, at);
    if (!stat) return std::nullopt;
    const auto id = std::bit_cast<std::array<std::uint32_t, 2>>(stat->f_fsid);
    const std::string counts =
        fmt::format("f_bsize={}, f_blocks={}, f_bfree={}, f_bavail={}, f_files={}, f_ffree={}", stat->f_bsize, stat->f_blocks,
                    stat->f_bfree, stat->f_bavail, stat->f_files, stat->f_ffree);
    return fmt::format("{{f_type={}, {}, f_fsid={{val=[{}, {}]}}, f_namelen={}, f_frsize={}, f_flags={}}}",
                       describe(Names::FileSystem, static_cast<std::uint64_t>(stat->f_type)), counts, hexadecimal(id[0]),
                       hexadecimal(id[1]), stat->f_namelen, stat->f_frsize,
                       describe(Names::MountFlags, static_cast<std::uint64_t>(stat->f_flags)));
}

/// Only how many there are.
Text format_directory(const Look& look, const Target& target)
{
    // What getdents64 writes: an inode and an offset of 8 bytes each, then the length of the entry.
    constexpr std::size_t kLengthAt = 16;
    constexpr std::uint64_t kMost = 64 * 1024;  // bytes that are looked at
    std::vector<std::byte> entries(static_cast<std::size_t>(std::min(target.length, kMost)));
    if (target.length > kMost || (!entries.empty() && !look.read(target.at, entries))) return std::nullopt;
    std::size_t count = 0;
    for (std::size_t at = 0; at + kLengthAt + sizeof(std::uint16_t) <= entries.size(); ++count) {
        std::uint16_t length = 0;
        std::memcpy(&length, entries.data() + at + kLengthAt, sizeof length);
        if (length == 0) break;
        at += length;
    }
    return fmt::format("{:#x} /* {} entries */", target.at, count);
}

Text format_open_how(const Look& look, const Target& target)
{
    if (target.length < sizeof(open_how)) return std::nullopt;
    const auto how = read_as<open_how>(look.read, target.at);
    if (!how) return std::nullopt;
    const std::string mode = (how->flags & (O_CREAT | O_TMPFILE)) == 0 && how->mode == 0 ? "" : ", mode=" + octal(how->mode);
    return fmt::format("{{flags={}{}, resolve={}}}", describe(Names::OpenFlags, how->flags), mode,
                       describe(Names::ResolveFlags, how->resolve));
}

Text format_lock(const Look& look, const Target& target)
{
    const auto lock = read_as<struct flock>(look.read, target.at);
    if (!lock) return std::nullopt;
    const std::string holder = target.shape == Shape::FoundLock ? fmt::format(", l_pid={}", lock->l_pid) : "";
    return fmt::format("{{l_type={}, l_whence={}, l_start={}, l_len={}{}}}",
                       describe(Names::LockType, static_cast<std::uint64_t>(lock->l_type)),
                       describe(Names::Whence, static_cast<std::uint64_t>(lock->l_whence)), lock->l_start, lock->l_len, holder);
}

/// The kernel's, which is not the C library's. include/uapi/asm-generic/termbits.h of Linux.
struct KernelTermios {
    std::uint32_t input, output, control, local;
    std::uint8_t line;
    std::uint8_t characters[19];
};

Text format_termios(const Look& look, std::uint64_t at)
{
    const auto termios = read_as<KernelTermios>(look.read, at);
    if (!termios) return std::nullopt;
    return fmt::format("{{c_iflag={}, c_oflag={}, c_cflag={}, c_lflag={}, ...}}", describe(Names::TerminalInput, termios->input),
                       describe(Names::TerminalOutput, termios->output), describe(Names::TerminalControl, termios->control),
                       describe(Names::TerminalLocal, termios->local));
}

Text format_window(const Look& look, std::uint64_t at)
{
    const auto window = read_as<winsize>(look.read, at);
    if (!window) return std::nullopt;
    return fmt::format("{{ws_row={}, ws_col={}, ws_xpixel={}, ws_ypixel={}}}", window->ws_row, window->ws_col, window->ws_xpixel,
                       window->ws_ypixel);
}

/// A guest's struct iovec.
struct Vector {
    std::uint64_t base, length;
};

std::string format_vector(const Look& look, const Vector& vector, std::uint64_t moved)
{
    const std::uint64_t shown = std::min(vector.length, moved);
    const Text bytes = vector.base == 0 ? std::nullopt : quote_bytes(look, vector.base, shown);
    return fmt::format("{{iov_base={}, iov_len={}}}", bytes.value_or(address(vector.base)), vector.length);
}

}  // namespace

Text format_vectors(const Look& look, const Target& target)
{
    ListText list{look.limits.elements};
    std::uint64_t moved = target.moved;
    for (std::uint64_t i = 0; i < target.length && !list.full(); ++i) {
        const auto vector = read_as<Vector>(look.read, target.at + i * sizeof(Vector));
        // The first tells whether there is an array; a later one is merely missing.
        if (!vector && i == 0) return std::nullopt;
        list.add(vector ? format_vector(look, *vector, moved) : address(target.at + i * sizeof(Vector)));
        if (!vector) break;
        if (moved != kAll) moved -= std::min(moved, vector->length);
    }
    return list.text();
}

Text format_of_files(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::Stat: return format_stat(look, target.at);
        case Shape::Statx: return format_statx(look, target.at);
        case Shape::Statfs: return format_statfs(look, target.at);
        case Shape::Directory: return format_directory(look, target);
        case Shape::OpenHow: return format_open_how(look, target);
        case Shape::FileLock:
        case Shape::FoundLock: return format_lock(look, target);
        case Shape::IoVectors: return format_vectors(look, target);
        case Shape::Termios: return format_termios(look, target.at);
        case Shape::PathName: return quote_text(look, target.at, kLongestPath);
        case Shape::WindowSize: return format_window(look, target.at);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
