#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "program/abi/name_set.hpp"

/// Names in calls on files.
namespace husk::program::names {

inline constexpr std::uint64_t kLargeFile = 0100000;  // glibc's O_LARGEFILE is 0 where every file may be large

inline constexpr auto kOpenFlags = std::to_array<Name>({
    HUSK_FIELD(O_RDONLY, O_ACCMODE),
    HUSK_FIELD(O_WRONLY, O_ACCMODE),
    HUSK_FIELD(O_RDWR, O_ACCMODE),
    HUSK_BIT(O_CREAT),
    HUSK_BIT(O_EXCL),
    HUSK_BIT(O_NOCTTY),
    HUSK_BIT(O_TRUNC),
    HUSK_BIT(O_APPEND),
    HUSK_BIT(O_NONBLOCK),
    HUSK_BIT(O_SYNC),
    HUSK_BIT(O_DSYNC),
    HUSK_BIT(O_DIRECT),
    {kLargeFile, "O_LARGEFILE"},
    HUSK_BIT(O_NOFOLLOW),
    HUSK_BIT(O_NOATIME),
    HUSK_BIT(O_CLOEXEC),
    HUSK_BIT(O_PATH),
    HUSK_BIT(O_TMPFILE),
    HUSK_BIT(O_DIRECTORY),
    HUSK_BIT(O_ASYNC),
});
/// Where the access is not given: pipe2, dup3.
inline constexpr auto kOpenFlagsOnly = std::span{kOpenFlags}.subspan(3);

inline constexpr auto kAccessMode = std::to_array<Name>({
    HUSK_FIELD(F_OK, ~0),
    HUSK_BIT(R_OK),
    HUSK_BIT(W_OK),
    HUSK_BIT(X_OK),
});
inline constexpr auto kStatxFlags = std::to_array<Name>({
    HUSK_FIELD(AT_STATX_SYNC_AS_STAT, AT_STATX_SYNC_TYPE),
    HUSK_FIELD(AT_STATX_FORCE_SYNC, AT_STATX_SYNC_TYPE),
    HUSK_FIELD(AT_STATX_DONT_SYNC, AT_STATX_SYNC_TYPE),
    HUSK_BIT(AT_SYMLINK_NOFOLLOW),
    HUSK_BIT(AT_NO_AUTOMOUNT),
    HUSK_BIT(AT_EMPTY_PATH),
});
/// Without access's, whose AT_EACCESS is unlink's AT_REMOVEDIR.
inline constexpr auto kAtFlags = std::to_array<Name>({
    HUSK_BIT(AT_SYMLINK_NOFOLLOW),
    HUSK_BIT(AT_SYMLINK_FOLLOW),
    HUSK_BIT(AT_NO_AUTOMOUNT),
    HUSK_BIT(AT_EMPTY_PATH),
    HUSK_BIT(AT_RECURSIVE),
});
inline constexpr auto kUnlinkFlags = std::to_array<Name>({HUSK_BIT(AT_REMOVEDIR)});
inline constexpr auto kAccessAtFlags =
    std::to_array<Name>({HUSK_BIT(AT_EACCESS), HUSK_BIT(AT_SYMLINK_NOFOLLOW), HUSK_BIT(AT_EMPTY_PATH)});
inline constexpr auto kWhence = std::to_array<Name>({
    HUSK_CHOICE(SEEK_SET),
    HUSK_CHOICE(SEEK_CUR),
    HUSK_CHOICE(SEEK_END),
    HUSK_CHOICE(SEEK_DATA),
    HUSK_CHOICE(SEEK_HOLE),
});
inline constexpr auto kFcntlCommand = std::to_array<Name>({
    HUSK_CHOICE(F_DUPFD),
    HUSK_CHOICE(F_GETFD),
    HUSK_CHOICE(F_SETFD),
    HUSK_CHOICE(F_GETFL),
    HUSK_CHOICE(F_SETFL),
    HUSK_CHOICE(F_GETLK),
    HUSK_CHOICE(F_SETLK),
    HUSK_CHOICE(F_SETLKW),
    HUSK_CHOICE(F_SETOWN),
    HUSK_CHOICE(F_GETOWN),
    HUSK_CHOICE(F_SETSIG),
    HUSK_CHOICE(F_GETSIG),
    HUSK_CHOICE(F_SETOWN_EX),
    HUSK_CHOICE(F_GETOWN_EX),
    HUSK_CHOICE(F_OFD_GETLK),
    HUSK_CHOICE(F_OFD_SETLK),
    HUSK_CHOICE(F_OFD_SETLKW),
    HUSK_CHOICE(F_SETLEASE),
    HUSK_CHOICE(F_GETLEASE),
    HUSK_CHOICE(F_NOTIFY),
    HUSK_CHOICE(F_DUPFD_CLOEXEC),
    HUSK_CHOICE(F_SETPIPE_SZ),
    HUSK_CHOICE(F_GETPIPE_SZ),
    HUSK_CHOICE(F_ADD_SEALS),
    HUSK_CHOICE(F_GET_SEALS),
    HUSK_CHOICE(F_GET_RW_HINT),
    HUSK_CHOICE(F_SET_RW_HINT),
    HUSK_CHOICE(F_GET_FILE_RW_HINT),
    HUSK_CHOICE(F_SET_FILE_RW_HINT),
});
inline constexpr auto kFdFlags = std::to_array<Name>({HUSK_BIT(FD_CLOEXEC)});
inline constexpr auto kSeals = std::to_array<Name>({
    HUSK_BIT(F_SEAL_SEAL),
    HUSK_BIT(F_SEAL_SHRINK),
    HUSK_BIT(F_SEAL_GROW),
    HUSK_BIT(F_SEAL_WRITE),
    HUSK_BIT(F_SEAL_FUTURE_WRITE),
});
inline constexpr auto kLockType = std::to_array<Name>({HUSK_CHOICE(F_RDLCK), HUSK_CHOICE(F_WRLCK), HUSK_CHOICE(F_UNLCK)});
inline constexpr auto kFlockOperation =
    std::to_array<Name>({HUSK_BIT(LOCK_SH), HUSK_BIT(LOCK_EX), HUSK_BIT(LOCK_UN), HUSK_BIT(LOCK_NB)});
inline constexpr auto kFileKind = std::to_array<Name>({
    HUSK_FIELD(S_IFREG, S_IFMT),
    HUSK_FIELD(S_IFSOCK, S_IFMT),
    HUSK_FIELD(S_IFIFO, S_IFMT),
    HUSK_FIELD(S_IFLNK, S_IFMT),
    HUSK_FIELD(S_IFDIR, S_IFMT),
    HUSK_FIELD(S_IFBLK, S_IFMT),
    HUSK_FIELD(S_IFCHR, S_IFMT),
    HUSK_BIT(S_ISUID),
    HUSK_BIT(S_ISGID),
    HUSK_BIT(S_ISVTX),
});
inline constexpr auto kIoctlRequest = std::to_array<Name>({
    HUSK_CHOICE(TCGETS),       HUSK_CHOICE(TCSETS),          HUSK_CHOICE(TCSETSW),         HUSK_CHOICE(TCSETSF),
    HUSK_CHOICE(TCSBRK),       HUSK_CHOICE(TCXONC),          HUSK_CHOICE(TCFLSH),          HUSK_CHOICE(TIOCEXCL),
    HUSK_CHOICE(TIOCNXCL),     HUSK_CHOICE(TIOCSCTTY),       HUSK_CHOICE(TIOCGPGRP),       HUSK_CHOICE(TIOCSPGRP),
    HUSK_CHOICE(TIOCOUTQ),     HUSK_CHOICE(TIOCSTI),         HUSK_CHOICE(TIOCGWINSZ),      HUSK_CHOICE(TIOCSWINSZ),
    HUSK_CHOICE(TIOCMGET),     HUSK_CHOICE(FIONREAD),        HUSK_CHOICE(TIOCLINUX),       HUSK_CHOICE(FIONBIO),
    HUSK_CHOICE(TIOCNOTTY),    HUSK_CHOICE(TIOCGSID),        HUSK_CHOICE(TIOCGPTN),        HUSK_CHOICE(TIOCSPTLCK),
    HUSK_CHOICE(FIOCLEX),      HUSK_CHOICE(FIONCLEX),        HUSK_CHOICE(FIOASYNC),        HUSK_CHOICE(FICLONE),
    HUSK_CHOICE(BLKGETSIZE64), HUSK_CHOICE(FS_IOC_GETFLAGS), HUSK_CHOICE(FS_IOC_SETFLAGS),
});
inline constexpr auto kRenameFlags =
    std::to_array<Name>({HUSK_BIT(RENAME_NOREPLACE), HUSK_BIT(RENAME_EXCHANGE), HUSK_BIT(RENAME_WHITEOUT)});
inline constexpr auto kFallocateMode = std::to_array<Name>({
    {0x01, "FALLOC_FL_KEEP_SIZE"},
    {0x02, "FALLOC_FL_PUNCH_HOLE"},
    {0x04, "FALLOC_FL_NO_HIDE_STALE"},
    {0x08, "FALLOC_FL_COLLAPSE_RANGE"},
    {0x10, "FALLOC_FL_ZERO_RANGE"},
    {0x20, "FALLOC_FL_INSERT_RANGE"},
    {0x40, "FALLOC_FL_UNSHARE_RANGE"},
});
inline constexpr auto kSyncFileRangeFlags = std::to_array<Name>({
    HUSK_BIT(SYNC_FILE_RANGE_WAIT_BEFORE),
    HUSK_BIT(SYNC_FILE_RANGE_WRITE),
    HUSK_BIT(SYNC_FILE_RANGE_WAIT_AFTER),
});
inline constexpr auto kFadviseAdvice = std::to_array<Name>({
    HUSK_CHOICE(POSIX_FADV_NORMAL),
    HUSK_CHOICE(POSIX_FADV_RANDOM),
    HUSK_CHOICE(POSIX_FADV_SEQUENTIAL),
    HUSK_CHOICE(POSIX_FADV_WILLNEED),
    HUSK_CHOICE(POSIX_FADV_DONTNEED),
    HUSK_CHOICE(POSIX_FADV_NOREUSE),
});
inline constexpr auto kSpliceFlags =
    std::to_array<Name>({HUSK_BIT(SPLICE_F_MOVE), HUSK_BIT(SPLICE_F_NONBLOCK), HUSK_BIT(SPLICE_F_MORE), HUSK_BIT(SPLICE_F_GIFT)});
inline constexpr auto kStatxMask = std::to_array<Name>({
    HUSK_BIT(STATX_ALL),
    HUSK_BIT(STATX_BASIC_STATS),
    HUSK_BIT(STATX_TYPE),
    HUSK_BIT(STATX_MODE),
    HUSK_BIT(STATX_NLINK),
    HUSK_BIT(STATX_UID),
    HUSK_BIT(STATX_GID),
    HUSK_BIT(STATX_ATIME),
    HUSK_BIT(STATX_MTIME),
    HUSK_BIT(STATX_CTIME),
    HUSK_BIT(STATX_INO),
    HUSK_BIT(STATX_SIZE),
    HUSK_BIT(STATX_BLOCKS),
    HUSK_BIT(STATX_BTIME),
    HUSK_BIT(STATX_MNT_ID),
    {0x2000, "STATX_DIOALIGN"},
    {0x4000, "STATX_MNT_ID_UNIQUE"},
    {0x8000, "STATX_SUBVOL"},
});
inline constexpr auto kXattrFlags = std::to_array<Name>({HUSK_BIT(XATTR_CREATE), HUSK_BIT(XATTR_REPLACE)});
inline constexpr auto kReadWriteFlags =
    std::to_array<Name>({HUSK_BIT(RWF_HIPRI), HUSK_BIT(RWF_DSYNC), HUSK_BIT(RWF_SYNC), HUSK_BIT(RWF_NOWAIT), HUSK_BIT(RWF_APPEND)});
inline constexpr auto kMemfdFlags = std::to_array<Name>({
    {0x01, "MFD_CLOEXEC"},
    {0x02, "MFD_ALLOW_SEALING"},
    {0x04, "MFD_HUGETLB"},
    {0x08, "MFD_NOEXEC_SEAL"},
    {0x10, "MFD_EXEC"},
});
inline constexpr auto kResolveFlags = std::to_array<Name>({
    HUSK_BIT(RESOLVE_NO_XDEV),
    HUSK_BIT(RESOLVE_NO_MAGICLINKS),
    HUSK_BIT(RESOLVE_NO_SYMLINKS),
    HUSK_BIT(RESOLVE_BENEATH),
    HUSK_BIT(RESOLVE_IN_ROOT),
    HUSK_BIT(RESOLVE_CACHED),
});
inline constexpr auto kCloseRangeFlags = std::to_array<Name>({{0x2, "CLOSE_RANGE_UNSHARE"}, {0x4, "CLOSE_RANGE_CLOEXEC"}});

/// Of file systems that a program is likely to be on.
inline constexpr auto kFileSystem = std::to_array<Name>({
    HUSK_CHOICE(EXT2_SUPER_MAGIC),
    HUSK_CHOICE(TMPFS_MAGIC),
    HUSK_CHOICE(PROC_SUPER_MAGIC),
    HUSK_CHOICE(SYSFS_MAGIC),
    HUSK_CHOICE(OVERLAYFS_SUPER_MAGIC),
    HUSK_CHOICE(BTRFS_SUPER_MAGIC),
    HUSK_CHOICE(XFS_SUPER_MAGIC),
    HUSK_CHOICE(F2FS_SUPER_MAGIC),
    HUSK_CHOICE(FUSE_SUPER_MAGIC),
    HUSK_CHOICE(NFS_SUPER_MAGIC),
    HUSK_CHOICE(SQUASHFS_MAGIC),
    HUSK_CHOICE(DEVPTS_SUPER_MAGIC),
    HUSK_CHOICE(CGROUP2_SUPER_MAGIC),
    HUSK_CHOICE(V9FS_MAGIC),
});
/// As statfs tells them. include/linux/statfs.h of Linux.
inline constexpr auto kMountFlags = std::to_array<Name>({
    {0x20, "ST_VALID"},
    {0x1, "ST_RDONLY"},
    {0x2, "ST_NOSUID"},
    {0x4, "ST_NODEV"},
    {0x8, "ST_NOEXEC"},
    {0x10, "ST_SYNCHRONOUS"},
    {0x40, "ST_MANDLOCK"},
    {0x400, "ST_NOATIME"},
    {0x800, "ST_NODIRATIME"},
    {0x1000, "ST_RELATIME"},
    {0x2000, "ST_NOSYMFOLLOW"},
});

}  // namespace husk::program::names
