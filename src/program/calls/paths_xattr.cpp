#include "program/calls/paths.hpp"

#include <linux/limits.h>
#include <sys/syscall.h>

#include <cerrno>

// Extended attributes, by path and by descriptor.
namespace husk::program {

namespace {

/// Those that a file's owner may set. The others (security, trusted) would have the host's kernel do something, as a capability
/// does.
bool is_owners(const std::string& name)
{
    return name.starts_with("user.") || name.starts_with("system.posix_acl_");
}

tl::expected<std::string, int> name_argument(const Thread& thread, GuestVirt at)
{
    auto name = thread.process.memory.string(at, XATTR_NAME_MAX);
    if (!name) return tl::unexpected{name.error() == ENAMETOOLONG ? ERANGE : name.error()};
    if (name->empty()) return tl::unexpected{ERANGE};
    return name;
}

enum class By : std::uint8_t { Path, Link, Descriptor };

/// The object that argument 0 means.
template <typename Use>
Result on(Thread& thread, const Call& call, By by, bool change, const Use& use)
{
    Target target{.at = AT_FDCWD, .path = {}, .follow = by != By::Link, .empty_path = false, .change = change};
    if (by != By::Descriptor) return with_object_at(thread, call.address(0), target, use);
    target.at = call.integer(0);
    target.empty_path = true;
    return is_guests(thread.process, target.at) ? with_object(thread, target, use) : -EBADF;
}

template <By by>
Result get_call(Thread& thread, const Call& call)
{
    const auto name = name_argument(thread, call.address(1));
    if (!name) return -name.error();
    const std::uint64_t size = call.word(3);
    const auto buffer = size == 0 ? std::optional<std::uint64_t>{0} : thread.process.memory.host(call.address(2), size);
    if (!buffer) return -EFAULT;
    return on(thread, call, by, false,
              [&](int fd, const Found&) { return host_call(SYS_getxattr, proc_path(fd).c_str(), name->c_str(), *buffer, size); });
}

template <By by>
Result set_call(Thread& thread, const Call& call)
{
    const auto name = name_argument(thread, call.address(1));
    if (!name) return -name.error();
    const std::uint64_t size = call.word(3);
    if (size > XATTR_SIZE_MAX) return -E2BIG;
    const auto value = size == 0 ? std::optional<std::uint64_t>{0} : thread.process.memory.host(call.address(2), size);
    if (!value) return -EFAULT;
    if (!is_owners(*name)) return -EPERM;
    return on(thread, call, by, true, [&](int fd, const Found&) {
        return host_call(SYS_setxattr, proc_path(fd).c_str(), name->c_str(), *value, size, call.integer(4));
    });
}

template <By by>
Result list_call(Thread& thread, const Call& call)
{
    const std::uint64_t size = call.word(2);
    const auto buffer = size == 0 ? std::optional<std::uint64_t>{0} : thread.process.memory.host(call.address(1), size);
    if (!buffer) return -EFAULT;
    return on(thread, call, by, false,
              [&](int fd, const Found&) { return host_call(SYS_listxattr, proc_path(fd).c_str(), *buffer, size); });
}

template <By by>
Result remove_call(Thread& thread, const Call& call)
{
    const auto name = name_argument(thread, call.address(1));
    if (!name) return -name.error();
    if (!is_owners(*name)) return -EPERM;
    return on(thread, call, by, true,
              [&](int fd, const Found&) { return host_call(SYS_removexattr, proc_path(fd).c_str(), name->c_str()); });
}

constexpr Served kCalls[] = {
    {SYS_getxattr, get_call<By::Path>},          {SYS_lgetxattr, get_call<By::Link>},
    {SYS_fgetxattr, get_call<By::Descriptor>},   {SYS_setxattr, set_call<By::Path>},
    {SYS_lsetxattr, set_call<By::Link>},         {SYS_fsetxattr, set_call<By::Descriptor>},
    {SYS_listxattr, list_call<By::Path>},        {SYS_llistxattr, list_call<By::Link>},
    {SYS_flistxattr, list_call<By::Descriptor>}, {SYS_removexattr, remove_call<By::Path>},
    {SYS_lremovexattr, remove_call<By::Link>},   {SYS_fremovexattr, remove_call<By::Descriptor>},
};

}  // namespace

std::span<const Served> path_xattr_calls()
{
    return kCalls;
}

}  // namespace husk::program
