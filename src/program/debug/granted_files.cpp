#include "program/debug/granted_files.hpp"

#include "program/files/own_fd.hpp"
#include "program/host/call.hpp"

#include <fcntl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <mutex>

namespace husk::program {

namespace {

tl::expected<struct stat, int> status_of(const UniqueFd& file)
{
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return tl::unexpected{errno};
    return status;
}

/// A program may always read its own file, with or without a grant.
constexpr const char* kOwn = "/proc/self/exe";

bool is_own(const Found& found)
{
    return found.jump && found.node != nullptr && found.node->kind == Node::Kind::Program;
}

}  // namespace

/// A regular file in a grant: what else a name can lead to may be changed by reading it, or wait.
tl::expected<UniqueFd, int> GrantedFiles::open(const std::string& path)
{
    const std::unique_lock alone{process_.descriptors};
    auto found = process_.files.find(path, {.told = false}, AT_FDCWD);
    if (!found && path == process_.files.facts().program) found = process_.files.find(kOwn, {.told = false}, AT_FDCWD);
    if (!found) return tl::unexpected{found.error()};
    if (S_ISDIR(found->mode)) return tl::unexpected{EISDIR};
    const bool granted = found->root != nullptr && !found->jump;
    if (!S_ISREG(found->mode) || (!granted && !is_own(*found))) return tl::unexpected{EACCES};
    const Result fd = open_to_read(process_.files.proc(), found->fd.get());
    if (failed(fd)) return tl::unexpected{static_cast<int>(-fd)};
    const UniqueFd low{static_cast<int>(fd)};
    return copied_above(low.get(), process_.descriptor_line);
}

tl::expected<struct stat, int> GrantedFiles::look(const std::string& path)
{
    return open(path).and_then(status_of);
}

tl::expected<std::size_t, int> GrantedFiles::read(const std::string& path, const struct stat& known, std::uint64_t offset,
                                                  std::span<std::byte> bytes)
{
    const auto file = open(path);
    if (!file) return tl::unexpected{file.error()};
    const auto now = status_of(*file);
    if (!now) return tl::unexpected{now.error()};
    if (now->st_dev != known.st_dev || now->st_ino != known.st_ino) return tl::unexpected{ESTALE};
    const Result got = host_call(SYS_pread64, file->get(), bytes.data(), bytes.size(), offset);
    if (failed(got)) return tl::unexpected{static_cast<int>(-got)};
    return static_cast<std::size_t>(got);
}

tl::expected<std::string, int> GrantedFiles::read_link(const std::string& path)
{
    const std::unique_lock alone{process_.descriptors};
    const auto found = process_.files.find(path, {.follow = false, .told = false}, AT_FDCWD);
    if (!found) return tl::unexpected{found.error()};
    if (!S_ISLNK(found->mode)) return tl::unexpected{EINVAL};
    return found->text ? *found->text : link_text(found->fd.get());
}

}  // namespace husk::program
