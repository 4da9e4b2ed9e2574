#include "debug/gdb/file_service.hpp"

#include "debug/gdb/packet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <span>
#include <vector>

namespace husk::debug::gdb {

namespace {

/// The protocol has numbers of its own for errors: "Errno Values" (E.13.8.4). Up to EROFS they are Linux's.
int protocol_error(int error)
{
    constexpr int kNoSys = 88, kNameTooLong = 91, kUnknown = 9999;
    constexpr std::array kSame{EPERM,   ENOENT, EINTR,  EBADF,  EACCES, EFAULT, EBUSY,  EEXIST, ENODEV,
                               ENOTDIR, EISDIR, EINVAL, ENFILE, EMFILE, EFBIG,  ENOSPC, ESPIPE, EROFS};
    if (error == ENOSYS) return kNoSys;
    if (error == ENAMETOOLONG) return kNameTooLong;
    return std::ranges::find(kSame, error) != kSame.end() ? error : kUnknown;
}

std::string refused(int error)
{
    return fmt::format("F-1,{:x}", protocol_error(error));
}

void put(std::string& into, std::uint64_t value, unsigned bytes)
{
    constexpr unsigned kBits = 8, kByte = 0xFF;
    for (unsigned i = bytes; i-- > 0;) into += static_cast<char>(value >> kBits * i & kByte);
}

/// "struct stat" (E.13.8.1), each number with its first byte first.
std::string as_protocol(const struct stat& status)
{
    constexpr unsigned kInt = 4, kLong = 8;
    std::string bytes;
    for (const std::uint64_t value : {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
                                      static_cast<std::uint64_t>(status.st_mode), static_cast<std::uint64_t>(status.st_nlink),
                                      static_cast<std::uint64_t>(status.st_uid), static_cast<std::uint64_t>(status.st_gid),
                                      static_cast<std::uint64_t>(status.st_rdev)})
        put(bytes, value, kInt);
    for (const auto value : {static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_blksize),
                             static_cast<std::uint64_t>(status.st_blocks)})
        put(bytes, value, kLong);
    for (const auto value : {status.st_atim.tv_sec, status.st_mtim.tv_sec, status.st_ctim.tv_sec})
        put(bytes, static_cast<std::uint64_t>(value), kInt);
    return bytes;
}

std::string with(std::string_view attached)
{
    return fmt::format("F{:x};", attached.size()) + std::string{attached};
}

int path_error(const std::string& path)
{
    if (path.find('\0') != std::string::npos) return EINVAL;
    return path.size() >= PATH_MAX ? ENAMETOOLONG : 0;
}

}  // namespace

std::string FileService::answer(TargetFiles& files, const FileRequest& request)
{
    return std::visit([&](const auto& each) { return serve(files, each); }, request);
}

std::string FileService::serve(TargetFiles& files, const requests::OpenFile& request)
{
    if (const int error = path_error(request.path); error != 0) return refused(error);
    // O_RDONLY is 0, and each other flag is for writing.
    if (request.flags != 0) return refused(EROFS);
    if (open_.size() >= kMost) return refused(EMFILE);
    const auto found = files.look(request.path);
    if (!found) return refused(found.error());
    std::uint64_t number = 0;
    while (open_.contains(number)) ++number;
    open_.emplace(number, Open{request.path, *found});
    return fmt::format("F{:x}", number);
}

std::string FileService::serve(TargetFiles&, const requests::CloseFile& request)
{
    return open_.erase(request.file) != 0 ? "F0" : refused(EBADF);
}

std::string FileService::serve(TargetFiles& files, const requests::ReadFile& request)
{
    const auto found = open_.find(request.file);
    if (found == open_.end()) return refused(EBADF);
    if (request.offset > static_cast<std::uint64_t>(INT64_MAX)) return refused(EINVAL);
    // A packet takes so much, should every byte need an escape.
    constexpr std::uint64_t kMostBytes = kLongestPacket / 2 - 16;
    std::vector<std::byte> bytes(std::min(request.size, kMostBytes));
    const auto got = files.read(found->second.path, found->second.known, request.offset, bytes);
    if (!got) return refused(got.error());
    std::string text;
    std::ranges::transform(std::span{bytes}.first(*got), std::back_inserter(text),
                           [](auto each) { return static_cast<char>(each); });
    return with(text);
}

std::string FileService::serve(TargetFiles&, const requests::AskFile& request)
{
    const auto found = open_.find(request.file);
    return found == open_.end() ? refused(EBADF) : with(as_protocol(found->second.known));
}

std::string FileService::serve(TargetFiles& files, const requests::ReadFileLink& request)
{
    if (const int error = path_error(request.path); error != 0) return refused(error);
    const auto text = files.read_link(request.path);
    return text ? with(std::string_view{*text}.substr(0, PATH_MAX)) : refused(text.error());
}

/// There is one view of them, the guest's.
std::string FileService::serve(TargetFiles&, const requests::SelectFiles& request)
{
    return request.process == 0 ? "F0" : refused(ENOSYS);
}

}  // namespace husk::debug::gdb
