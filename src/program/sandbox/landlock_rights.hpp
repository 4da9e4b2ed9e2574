#pragma once

#include "program/sandbox/kernel.hpp"

#include <cstdint>

/// What Landlock knows to forbid, by the ABI that brought it. Source: the kernel's Documentation/userspace-api/landlock.rst,
/// "Kernel interface". Values that Debian 12's <linux/landlock.h> lacks are named here.
namespace husk::program::landlock {

inline constexpr std::uint64_t kExecute = LANDLOCK_ACCESS_FS_EXECUTE;
inline constexpr std::uint64_t kWriteFile = LANDLOCK_ACCESS_FS_WRITE_FILE;
inline constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
inline constexpr std::uint64_t kReadFolder = LANDLOCK_ACCESS_FS_READ_DIR;
inline constexpr std::uint64_t kRemoveFolder = LANDLOCK_ACCESS_FS_REMOVE_DIR;
inline constexpr std::uint64_t kRemove = kRemoveFolder | LANDLOCK_ACCESS_FS_REMOVE_FILE;
inline constexpr std::uint64_t kMake =
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
inline constexpr std::uint64_t kMakeDevice = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
inline constexpr std::uint64_t kMakeSocket = LANDLOCK_ACCESS_FS_MAKE_SOCK;
inline constexpr std::uint64_t kRefer = 1u << 13;        ///< link and rename between folders; ABI 1 forbids that always
inline constexpr std::uint64_t kTruncate = 1u << 14;     ///< from ABI 3
inline constexpr std::uint64_t kDeviceIoctl = 1u << 15;  ///< on devices opened from now on, from ABI 5
inline constexpr std::uint64_t kBindTcp = 1u << 0;
inline constexpr std::uint64_t kConnectTcp = 1u << 1;
inline constexpr std::uint64_t kAbstractSocket = 1u << 0;  ///< of processes that are not under this ruleset
inline constexpr std::uint64_t kSignal = 1u << 1;          ///< to such processes

inline constexpr int kAbiOfRefer = 2;
inline constexpr int kAbiOfTruncate = 3;
inline constexpr int kAbiOfNetwork = 4;
inline constexpr int kAbiOfDeviceIoctl = 5;
inline constexpr int kAbiOfScopes = 6;

/// All that a kernel with ABI `abi` (from 1) can forbid.
constexpr LandlockHandled all_of(int abi)
{
    LandlockHandled all{.files = kExecute | kWriteFile | kReadFile | kReadFolder | kRemove | kMake | kMakeDevice | kMakeSocket};
    if (abi >= kAbiOfRefer) all.files |= kRefer;
    if (abi >= kAbiOfTruncate) all.files |= kTruncate;
    if (abi >= kAbiOfNetwork) all.network = kBindTcp | kConnectTcp;
    if (abi >= kAbiOfDeviceIoctl) all.files |= kDeviceIoctl;
    if (abi >= kAbiOfScopes) all.scoped = kAbstractSocket | kSignal;
    return all;
}

/// What is granted. Husk reads the files that it executes in a virtual machine, so nothing is ever granted for execution by the
/// host; nor may anybody make devices and sockets. ioctl only where a single device is granted, seldom in a folder.
constexpr std::uint64_t granted(bool writable, bool folder, bool device)
{
    std::uint64_t rights = kReadFile;
    if (writable) rights |= kWriteFile | kTruncate;
    if (folder) rights |= kReadFolder;
    if (folder && writable) rights |= kRemove | kMake | kRefer;
    if (device) rights |= kDeviceIoctl;
    return rights;
}

}  // namespace husk::program::landlock
