#pragma once

#include "base/mapping.hpp"
#include "base/unique_fd.hpp"
#include "engine/kvm/system.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace husk::kvm {

/// A vCPU of the kernel's: what a Vcpu runs.
struct Processor {
    UniqueFd fd;
    Mapping page;  ///< the run page
    bool has_run = false;
    /// The rest of it is no more as it was made.
    bool model_set = false, vectors_set = false;
    kvm_sregs sregs_at_reset{};  ///< for the fields that x86::SystemRegisters leaves alone
};

/// The vCPUs of a virtual machine. The kernel makes only so many, and unmakes none while the machine lives: one that is not used
/// any more is used again. All calls but keep_descriptors_above() from any thread.
class Processors {
public:
    explicit Processors(std::shared_ptr<const System> system) : system_{std::move(system)} {}

    const System& system() const { return *system_; }
    /// One for the caller alone, until give_back(). Throws Error if `vm` gets no more.
    Processor& take(int vm);
    void give_back(Processor& processor) noexcept;

    /// From now on each descriptor lies there. Throws std::invalid_argument if more than one processor was ever taken.
    void keep_descriptors_above(int line);

private:
    Processor& make(int vm);

    const std::shared_ptr<const System> system_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Processor>> all_;
    std::vector<Processor*> free_;
    std::uint32_t made_ = 0;
    int line_ = 0;
};

}  // namespace husk::kvm
