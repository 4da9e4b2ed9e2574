#include "program/calls/arguments.hpp"
#include "program/calls/groups.hpp"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <string>
#include <string_view>

// Mode, owner and extended attributes of an open file.
//
// Linux asks only who owns a file, not how it was opened, so a file granted for reading could be changed. A descriptor that was
// opened for writing shows that the file is granted for writing; what descriptors 0, 1 and 2 were given is there to be read and
// written and nothing else.
namespace husk::program {

namespace {

using namespace kinds;

/// 0 if the guest may change the attributes of the file behind `fd`.
Result check_change(Thread& thread, int fd)
{
    if (!is_guests(thread, fd)) return -EBADF;
    const Result flags = host_call(SYS_fcntl, fd, F_GETFL);
    if (failed(flags)) return flags;
    if ((flags & O_PATH) != 0) return -EBADF;
    if ((flags & O_ACCMODE) != O_RDONLY) return thread.process.standing.output.inherited(fd) ? -EPERM : 0;
    return thread.process.standing.may_change != nullptr && thread.process.standing.may_change(thread, fd) ? 0 : -EPERM;
}

/// fchmod(fd, mode). A file that others run as its owner is more than a grant gives.
Result change_mode(Thread& thread, const Call& call)
{
    if (const Result refused = check_change(thread, call.integer(0))) return refused;
    if ((call.word(1) & (S_ISUID | S_ISGID)) != 0) return -EPERM;
    return host_call(SYS_fchmod, call.integer(0), call.integer(1));
}

/// fchown(fd, user, group): only to whom it belongs already, or −1. Others are not a guest's to give, even if Husk is root's.
Result change_owner(Thread& thread, const Call& call)
{
    if (const Result refused = check_change(thread, call.integer(0))) return refused;
    struct stat status {};
    if (const Result failure = host_call(SYS_fstat, call.integer(0), &status)) return failure;
    const int user = call.integer(1);
    const int group = call.integer(2);
    const bool same_user = user == -1 || static_cast<uid_t>(user) == status.st_uid;
    const bool same_group = group == -1 || static_cast<gid_t>(group) == status.st_gid ||
                            static_cast<gid_t>(group) == static_cast<gid_t>(host_call(SYS_getegid));
    if (!same_user || !same_group) return -EPERM;
    return host_call(SYS_fchown, call.integer(0), user, group);
}

/// The name of an extended attribute, copied once. ERANGE as Linux: setxattr(2), "ERRORS".
tl::expected<std::string, Result> name_of(Thread& thread, GuestVirt at)
{
    auto name = thread.process.memory.string(at, XATTR_NAME_MAX);
    if (!name) return tl::unexpected{Result{name.error() == ENAMETOOLONG ? -ERANGE : -name.error()}};
    if (name->empty()) return tl::unexpected{Result{-ERANGE}};
    return std::move(*name);
}

/// security.* (what a file's user may do: capabilities) and trusted.* are for administrators, even if Husk is root's.
bool reserved(std::string_view name)
{
    return name.starts_with("security.") || name.starts_with("trusted.");
}

/// fgetxattr(fd, name, value, size)
Result get_attribute(Thread& thread, const Call& call)
{
    const Words taken = take<Descriptor, Word, Bytes<3>, Word>(thread, call);
    if (taken.error != 0) return taken.error;
    const auto name = name_of(thread, call.address(1));
    if (!name) return name.error();
    return host_call(SYS_fgetxattr, call.integer(0), name->c_str(), taken.words[2], call.word(3));
}

/// fsetxattr(fd, name, value, size, flags)
Result set_attribute(Thread& thread, const Call& call)
{
    const Words taken = take<Descriptor, Word, Bytes<3>, Word, Word>(thread, call);
    if (taken.error != 0) return taken.error;
    const auto name = name_of(thread, call.address(1));
    if (!name) return name.error();
    if (const Result refused = check_change(thread, call.integer(0))) return refused;
    if (reserved(*name)) return -EPERM;
    return host_call(SYS_fsetxattr, call.integer(0), name->c_str(), taken.words[2], call.word(3), call.integer(4));
}

/// fremovexattr(fd, name)
Result remove_attribute(Thread& thread, const Call& call)
{
    if (!is_guests(thread, call.integer(0))) return -EBADF;
    const auto name = name_of(thread, call.address(1));
    if (!name) return name.error();
    if (const Result refused = check_change(thread, call.integer(0))) return refused;
    if (reserved(*name)) return -EPERM;
    return host_call(SYS_fremovexattr, call.integer(0), name->c_str());
}

constexpr auto kCalls = std::to_array<Served>({
    {SYS_fchmod, change_mode},
    {SYS_fchown, change_owner},
    {SYS_fgetxattr, get_attribute},
    {SYS_fsetxattr, set_attribute},
    {SYS_flistxattr, pass<Way::AtOnce, Descriptor, Bytes<2>, Word>},
    {SYS_fremovexattr, remove_attribute},
});

}  // namespace

std::span<const Served> attribute_calls()
{
    return kCalls;
}

}  // namespace husk::program
