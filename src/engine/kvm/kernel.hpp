#pragma once

#include "base/mapping.hpp"
#include "base/unique_fd.hpp"

#include <cstdint>
#include <memory>
#include <mutex>

namespace husk::kvm {

struct Abilities;

/// What does not change while a kernel runs: found out by the first who asks, then kept. Any thread may ask.
template <typename Fact>
class Known {
public:
    /// `find` finds it out; if it throws, the next who asks tries again.
    template <typename Find>
    Fact& get(Find find)
    {
        const std::lock_guard lock{mutex_};
        if (!fact_) fact_ = std::make_shared<Fact>(find());
        return *fact_;
    }

private:
    std::mutex mutex_;
    std::shared_ptr<Fact> fact_;  // shared only because it lets Fact be declared later
};

/// The system calls that KVM is driven by, and what is known of the KVM behind them: what a test replaces to make any of them fail,
/// or to answer as a KVM that is not at hand.
class Kernel {
public:
    virtual ~Kernel() = default;

    /// open("/dev/kvm"): a file descriptor, or -1 and errno.
    virtual int open_kvm();
    /// ioctl: its result, or -1 and errno.
    virtual int ioctl(int fd, unsigned long request, std::uintptr_t argument);
    /// The run page of a vCPU, shared with the kernel. Throws Error.
    virtual Mapping map_run_page(int vcpu, std::uint64_t size);

    Known<Abilities> abilities;  ///< see abilities()

    /// The one of this process.
    static Kernel& host();
};

}  // namespace husk::kvm
