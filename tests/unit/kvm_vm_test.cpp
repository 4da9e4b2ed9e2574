// A virtual machine of KVM's on a KVM that is not there: what it is told, and what is found out about it.
#include "engine/kvm/vm.hpp"

#include "engine/kvm/inspect.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace husk::kvm {
namespace {

using test::FakeKernel;

TEST(KvmVm, EveryRegionIsASlot)
{
    FakeKernel kernel;
    const std::array regions{MemoryRegion{.base = GuestPhys{4_MiB}, .size = 1_MiB}, MemoryRegion{.base = {}, .size = 2_MiB}};
    const GuestMemory memory{regions};
    make_vm(kernel)->map(memory);
    ASSERT_EQ(kernel.slots.size(), 2u);
    for (std::uint32_t i = 0; i < 2; ++i) {
        EXPECT_EQ(kernel.slots[i].slot, i);
        EXPECT_EQ(kernel.slots[i].flags, 0u);
        EXPECT_EQ(kernel.slots[i].guest_phys_addr, memory.regions()[i].spec.base.value);
        EXPECT_EQ(kernel.slots[i].memory_size, memory.regions()[i].spec.size);
        EXPECT_EQ(kernel.slots[i].userspace_addr, reinterpret_cast<std::uintptr_t>(memory.regions()[i].host.data()));
    }
}

TEST(KvmVm, ShowsTheGuestTheWholeCpuid)
{
    FakeKernel kernel;
    kernel.cpuid_entries = 17;
    make_vm(kernel);
    EXPECT_EQ(kernel.cpuid_set, 17u);
}

TEST(KvmVm, AsksWhatDoesNotChangeOnce)
{
    FakeKernel kernel;
    const auto system = std::make_shared<System>(kernel);
    const Vm first{system};
    const Vm second{system};
    EXPECT_EQ(kernel.count("KVM_GET_SREGS"), 1u);
    EXPECT_EQ(kernel.count("KVM_GET_SUPPORTED_CPUID"), 1u);
    EXPECT_EQ(kernel.count("KVM_SET_CPUID2"), 2u);
}

TEST(KvmVm, AsksAgainIfItWasRefused)
{
    FakeKernel kernel;
    const auto system = std::make_shared<System>(kernel);
    for (const std::string name : {"KVM_GET_SREGS", "KVM_GET_SUPPORTED_CPUID"}) {
        kernel.fail(name, ENOMEM);
        EXPECT_EQ(test::failed_call([&] { Vm{system}; }), name);
    }
    EXPECT_FALSE(test::error_of([&] { Vm{system}; }));
}

TEST(KvmVm, DoesWithoutGathering)
{
    for (const int ring : {0, 3}) {  // no ring; a ring beyond the run page
        FakeKernel kernel;
        kernel.capabilities = {{KVM_CAP_COALESCED_PIO, ring == 0 ? 0 : 1}, {KVM_CAP_COALESCED_MMIO, ring}};
        const auto vm = make_vm(kernel);
        vm->gather_writes(0xE9);
        kernel.script.assign(5000, test::out_byte(0xE9, 'x'));
        engine::Entered entered{vm->vcpu(), engine::kNever};
        while (std::holds_alternative<engine::exits::PortOut>(vm->vcpu().run())) {
        }
        EXPECT_TRUE(kernel.zones.empty());
    }
}

TEST(KvmAbilities, HaltingGuestsShowThem)
{
    FakeKernel kernel;
    const Abilities found = probe(kernel);
    EXPECT_TRUE(found.native_ring0);
    EXPECT_TRUE(found.paging_outside_long_mode);
}

TEST(KvmAbilities, OtherExitsShowTheirLack)
{
    FakeKernel kernel;
    // The probe of ring 0 first, then that of paging.
    kernel.script = {test::leave_for(KVM_EXIT_INTERNAL_ERROR), test::leave_for(KVM_EXIT_SHUTDOWN)};
    const Abilities found = probe(kernel);
    EXPECT_FALSE(found.native_ring0);
    EXPECT_FALSE(found.paging_outside_long_mode);
}

TEST(KvmAbilities, ProbeThatCannotBeIsAnError)
{
    FakeKernel kernel;
    kernel.fail("KVM_CREATE_VM", EBUSY);
    EXPECT_EQ(test::failed_call([&] { probe(kernel); }), "KVM_CREATE_VM");
}

TEST(KvmInspection, TellsWhatThisKernelAnswers)
{
    FakeKernel kernel;
    kernel.capabilities[KVM_CAP_USER_MEMORY] = 1;
    kernel.script = {test::leave_for(KVM_EXIT_HLT), test::leave_for(KVM_EXIT_SHUTDOWN)};
    const Inspection found = inspect(kernel);
    EXPECT_EQ(found.api_version, 12);
    EXPECT_TRUE(found.abilities.native_ring0);
    EXPECT_FALSE(found.abilities.paging_outside_long_mode);
    const auto value = [&](std::string_view name) {
        const auto same = [&](const Capability& one) { return one.name == name; };
        return std::ranges::find_if(found.capabilities, same)->value;
    };
    EXPECT_EQ(value("KVM_CAP_USER_MEMORY"), 1);
    EXPECT_EQ(value("KVM_CAP_IMMEDIATE_EXIT"), 0);
}

}  // namespace
}  // namespace husk::kvm
