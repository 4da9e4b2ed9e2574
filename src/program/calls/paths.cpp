#include "program/calls/paths.hpp"

#include "program/files/own_fd.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>

namespace husk::program {

tl::expected<std::string, int> path_argument(const Thread& thread, GuestVirt at)
{
    return thread.process.memory.string(at, PATH_MAX - 1);
}

std::string proc_path(int fd)
{
    return "/proc/" + beneath_proc(fd);
}

namespace {

/// A link of /proc/self/fd, as the host has it. "self" is a link, too.
tl::expected<UniqueFd, int> descriptor_link(const Process& process, const std::string& number)
{
    constexpr std::uint64_t kFlags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
    const Result fd = open_beneath(process.files.proc(), ("self/fd/" + number).c_str(), kFlags, RESOLVE_BENEATH);
    if (failed(fd)) return tl::unexpected{static_cast<int>(-fd)};
    return UniqueFd{static_cast<int>(fd)};
}

/// Without a path: the descriptor itself, or the working directory.
tl::expected<Object, int> descriptor_object(Process& process, const Target& target)
{
    if (!is_guests(process, target.at)) return tl::unexpected{EBADF};
    auto copy = copied_above(target.at, process.descriptor_line);
    if (!copy) return tl::unexpected{copy.error()};
    if (target.change)
        if (const int error = process.files.may_change(copy->get())) return tl::unexpected{error};
    Object object{Held{*std::move(copy)}, {}};
    struct stat status {};
    if (::fstat(object.fd.get(), &status) != 0) return tl::unexpected{errno};
    object.found.mode = status.st_mode;
    object.found.jump = true;
    return object;
}

}  // namespace

tl::expected<Object, int> object_of(Process& process, const Target& target)
{
    const bool empty = target.path.empty() && target.empty_path;
    if (empty && target.at != AT_FDCWD) return descriptor_object(process, target);
    const std::string_view path = empty ? "." : std::string_view{target.path};
    auto found = process.files.find(
        path, {.want = Lookup::Want::Object, .follow = target.follow, .change = target.change, .resolve = 0}, target.at);
    if (!found) return tl::unexpected{found.error()};
    if (target.change)
        if (const int error = may_change(process, *found)) return tl::unexpected{error};
    Object object{std::move(found->fd), *std::move(found)};
    if (object.fd) return object;
    // A link of /proc/self/fd is the host's own; all else of Husk's has a stand-in.
    const Node& node = *object.found.node;
    const bool descriptor = node.kind == Node::Kind::Descriptors && object.found.text;
    const std::string name = object.found.path.substr(object.found.path.rfind('/') + 1);
    auto fd = descriptor ? descriptor_link(process, name) : process.files.stand_in(node);
    if (!fd) return tl::unexpected{fd.error()};
    object.fd = Held{*std::move(fd)};
    return object;
}

int may_change(Process& process, const Found& found)
{
    if (found.writable()) return 0;
    if (found.root == nullptr) return found.jump ? EPERM : EROFS;
    process.files.explain().read_only(found.path, *found.root);
    return EROFS;
}

int may_make(Process& process, const Found& entry)
{
    if (entry.last != Found::Last::Name || entry.node != nullptr) return EEXIST;
    if (entry.root == nullptr) {
        process.files.explain().not_granted(entry.path, true);
        return EACCES;
    }
    if (entry.root->writable) return 0;
    struct stat status {};
    const Result there = host_call(SYS_newfstatat, entry.folder.get(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
    if (!failed(there)) return EEXIST;
    process.files.explain().read_only(entry.path, *entry.root);
    return EROFS;
}

Result below_line(const Process& process, Result descriptor)
{
    if (failed(descriptor) || descriptor < process.descriptor_line) return descriptor;
    host_call(SYS_close, descriptor);
    return -EMFILE;
}

}  // namespace husk::program
