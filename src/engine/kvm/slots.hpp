#pragma once

#include "engine/kvm/kernel.hpp"

#include <husk/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace husk::kvm {

/// The memory slots of a virtual machine: which are in use for what. All calls from any thread.
class Slots {
public:
    explicit Slots(Kernel& kernel) : kernel_{kernel} {}

    /// Throws Error if KVM refuses it.
    void add(int vm, GuestPhys base, std::span<std::byte> host, bool writable);
    /// Throws std::invalid_argument if no slot is just that.
    void remove(int vm, GuestPhys base, std::uint64_t size);

private:
    struct Slot {
        std::uint32_t number = 0;
        std::uint64_t size = 0;
    };

    Kernel& kernel_;
    std::mutex mutex_;
    std::map<GuestPhys, Slot> slots_;  ///< by base
    std::vector<std::uint32_t> free_;  ///< numbers that were in use
};

}  // namespace husk::kvm
