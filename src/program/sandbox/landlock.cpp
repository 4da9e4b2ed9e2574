#include "program/sandbox/landlock.hpp"

#include "program/sandbox/landlock_rights.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

namespace husk::program {

Landlock::Landlock(SandboxKernel& kernel) : kernel_{kernel}, abi_{kernel.landlock_abi()}
{
    // landlock_create_ruleset(2), "ERRORS": ENOSYS is a kernel without it, EOPNOTSUPP one that was booted without it.
    if (abi_ < 1) throw Error{"landlock_create_ruleset", errno, "boot with lsm=landlock,… to have Landlock"};
    handled_ = landlock::all_of(abi_);
    ruleset_ = UniqueFd{kernel_.landlock_create(handled_)};
    if (!ruleset_) throw Error{"landlock_create_ruleset", errno};
}

void Landlock::allow(const Reachable& file)
{
    UniqueFd opened;
    int descriptor = file.descriptor;
    if (descriptor < 0) {
        opened = UniqueFd{::open(file.path.c_str(), O_PATH | O_CLOEXEC)};
        if (!opened) throw Error{"open", errno, file.path};
        descriptor = opened.get();
    }
    struct stat what {};
    if (::fstat(descriptor, &what) != 0) throw Error{"fstat", errno, file.path};
    const std::uint64_t rights =
        file.way == Reachable::Way::RemoveFolder
            ? landlock::kRemoveFolder
            : landlock::granted(file.way == Reachable::Way::Write, S_ISDIR(what.st_mode), S_ISCHR(what.st_mode));
    const landlock_path_beneath_attr rule{.allowed_access = rights & handled_.files, .parent_fd = descriptor};
    if (kernel_.landlock_add(ruleset_.get(), rule) != 0) throw Error{"landlock_add_rule", errno, file.path};
}

void Landlock::restrict_this_thread()
{
    if (kernel_.landlock_restrict(ruleset_.get()) != 0) throw Error{"landlock_restrict_self", errno};
}

}  // namespace husk::program
