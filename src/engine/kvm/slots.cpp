#include "engine/kvm/slots.hpp"

#include "engine/kvm/request.hpp"
#include "engine/vm.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace husk::kvm {

void Slots::add(int vm, GuestPhys base, std::span<std::byte> host, bool writable)
{
    engine::check_pages(base, host.size());
    const std::lock_guard lock{mutex_};
    const auto number = free_.empty() ? static_cast<std::uint32_t>(slots_.size()) : free_.back();
    kvm_userspace_memory_region region{
        .slot = number,
        .flags = writable ? 0u : std::uint32_t{KVM_MEM_READONLY},
        .guest_phys_addr = base.value,
        .memory_size = host.size(),
        .userspace_addr = reinterpret_cast<std::uintptr_t>(host.data()),
    };
    const auto place = slots_.try_emplace(base);
    try {
        if (!place.second) throw Error{kSetUserMemoryRegion.name, EEXIST};
        call(kernel_, vm, kSetUserMemoryRegion, region);
    } catch (const Error& error) {
        if (place.second) slots_.erase(place.first);
        throw Error{error.call(), error.code().value(),
                    fmt::format("guest memory of {:#x} bytes at {:#x}: more, or elsewhere, than this host's KVM takes", host.size(),
                                base.value)};
    }
    place.first->second = {number, host.size()};
    if (!free_.empty()) free_.pop_back();
}

void Slots::remove(int vm, GuestPhys base, std::uint64_t size)
{
    const std::lock_guard lock{mutex_};
    const auto found = slots_.find(base);
    if (found == slots_.end() || found->second.size != size)
        throw std::invalid_argument{fmt::format("no guest memory of {:#x} bytes was added at {:#x}", size, base.value)};
    free_.reserve(free_.size() + 1);
    // api.rst, "KVM_SET_USER_MEMORY_REGION": a size of zero deletes the slot.
    kvm_userspace_memory_region region{};
    region.slot = found->second.number;
    region.guest_phys_addr = base.value;
    call(kernel_, vm, kSetUserMemoryRegion, region);
    free_.push_back(found->second.number);
    slots_.erase(found);
}

}  // namespace husk::kvm
