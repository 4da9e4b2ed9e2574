#pragma once

#include "base/unique_fd.hpp"
#include "program/host/call.hpp"

#include <linux/openat2.h>

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Descriptors that Husk itself holds, and the one way in which it opens files by name.
namespace husk::program {

/// O_LARGEFILE as the kernel has it: the C library's is 0 where every file is large. Without it openat2 refuses files above 2 GiB.
inline constexpr std::uint64_t kLargeFile = 0100000;

/// openat2(2): a descriptor, or a negative errno. `mode` only where `flags` create. Always close-on-exec unless it is for the
/// guest, whose flags say it.
Result open_beneath(int at, const char* path, std::uint64_t flags, std::uint64_t resolve, std::uint64_t mode = 0);

/// How Husk looks beneath a folder: never out of it, never through a link.
inline constexpr std::uint64_t kNoLinks = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

/// An O_PATH descriptor of `path` beneath `at`, which is no link, or the errno.
tl::expected<UniqueFd, int> look(int at, const char* path, std::uint64_t more_flags = 0);

/// Moves a descriptor above the line. Throws Error.
UniqueFd moved_above(UniqueFd fd, int line);
/// A copy above the line, which no call of the guest's can replace or close, or the errno.
tl::expected<UniqueFd, int> copied_above(int fd, int line);

/// "7": the name of a descriptor beneath Files::proc().
std::string beneath_proc(int fd);

/// Opens a regular file to be read, by a descriptor of it. A descriptor, or a negative errno.
Result open_to_read(int proc, int fd);

/// What readlink says of a descriptor; empty if nothing.
std::string host_path(int proc, int fd);

/// The text of a link: of the link itself that `fd` is, or of `name` in the folder `fd`. The error is an errno.
tl::expected<std::string, int> link_text(int fd, const char* name = "");

}  // namespace husk::program
