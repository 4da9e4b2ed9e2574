#pragma once

#include <linux/filter.h>
#include <linux/landlock.h>

#include <cstddef>
#include <cstdint>

namespace husk::program {

/// struct landlock_ruleset_attr as ABI 6 has it; a kernel with an older ABI takes it if what it does not know is 0.
struct LandlockHandled {
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};

/// The system calls that confine a process, and nothing else: what a test replaces to be on a kernel without one of them. Each
/// returns -1 and sets errno if the kernel refuses.
class SandboxKernel {
public:
    virtual ~SandboxKernel() = default;

    virtual int set_no_new_privileges();
    /// Of the calling thread's capabilities keeps those that only overrule files' owners and modes. For all but root it has none.
    virtual int drop_capabilities();
    /// The kernel's Landlock ABI, from 1.
    virtual int landlock_abi();
    /// The descriptor of a new ruleset.
    virtual int landlock_create(const LandlockHandled& handled);
    virtual int landlock_add(int ruleset, const landlock_path_beneath_attr& rule);
    virtual int landlock_restrict(int ruleset);
    virtual int seccomp_filter(const sock_fprog& filter);
    /// How many threads this process has that run code of its own: not those that the kernel puts into it and never leaves, as KVM
    /// does when a machine first runs. 0 if it cannot be told.
    virtual unsigned threads();

    /// The one of this process.
    static SandboxKernel& host();
};

}  // namespace husk::program
