// Memory slots: their numbers, and what is refused.
#include "engine/kvm/vm.hpp"
#include "support/errors.hpp"
#include "support/fake_kernel.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace husk::kvm {
namespace {

class KvmSlots : public testing::Test {
protected:
    void add(std::uint64_t base, bool writable = true) { vm_->add_memory({base}, memory_.bytes(), writable); }
    void remove(std::uint64_t base) { vm_->remove_memory({base}, memory_.bytes().size()); }

    test::FakeKernel kernel_;
    std::unique_ptr<engine::Vm> vm_ = make_vm(kernel_);
    Mapping memory_ = Mapping::anonymous(kPageSize, kPageSize);
};

TEST_F(KvmSlots, EachHasANumberOfItsOwn)
{
    for (const std::uint64_t base : {0_MiB, 2_MiB, 4_MiB}) add(base);
    ASSERT_EQ(kernel_.slots.size(), 3u);
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(kernel_.slots[i].slot, i);
}

TEST_F(KvmSlots, ReadOnlyMemoryIsToldSo)
{
    add(0, false);
    EXPECT_EQ(kernel_.slots[0].flags, KVM_MEM_READONLY);
    EXPECT_EQ(kernel_.slots[0].userspace_addr, reinterpret_cast<std::uintptr_t>(memory_.bytes().data()));
}

TEST_F(KvmSlots, NumbersAreUsedAgain)
{
    for (const std::uint64_t base : {0_MiB, 2_MiB, 4_MiB}) add(base);
    remove(2_MiB);
    EXPECT_EQ(kernel_.slots.back().slot, 1u);
    EXPECT_EQ(kernel_.slots.back().memory_size, 0u) << "which deletes it";
    EXPECT_EQ(kernel_.slots.back().guest_phys_addr, 2_MiB);
    add(8_MiB);
    EXPECT_EQ(kernel_.slots.back().slot, 1u);
    add(10_MiB);
    EXPECT_EQ(kernel_.slots.back().slot, 3u);
}

TEST_F(KvmSlots, ARefusedOneLeavesNothingBehind)
{
    kernel_.fail("KVM_SET_USER_MEMORY_REGION", ENOMEM);
    const auto error = test::error_of([&] { add(2_MiB); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "KVM_SET_USER_MEMORY_REGION");
    EXPECT_NE(error->hint().find("0x1000 bytes at 0x200000"), std::string::npos) << error->hint();
    EXPECT_THROW(remove(2_MiB), std::invalid_argument);
    add(2_MiB);
    EXPECT_EQ(kernel_.slots.back().slot, 0u);
}

TEST_F(KvmSlots, WhatCannotBeTakenAwayIsStillThere)
{
    add(2_MiB);
    kernel_.fail("KVM_SET_USER_MEMORY_REGION", ENOMEM);
    EXPECT_EQ(test::failed_call([&] { remove(2_MiB); }), "KVM_SET_USER_MEMORY_REGION");
    remove(2_MiB);
    EXPECT_THROW(remove(2_MiB), std::invalid_argument);
}

TEST_F(KvmSlots, OnlyTheSameRangeIsTakenAway)
{
    add(2_MiB);
    EXPECT_THROW(vm_->remove_memory({2_MiB}, 2 * kPageSize), std::invalid_argument);
    EXPECT_THROW(vm_->remove_memory({0}, kPageSize), std::invalid_argument);
    EXPECT_EQ(test::failed_call([&] { add(2_MiB); }), "KVM_SET_USER_MEMORY_REGION") << "it is there already";
    EXPECT_EQ(kernel_.slots.size(), 1u);
}

TEST_F(KvmSlots, AreGivenByManyThreadsAtOnce)
{
    constexpr std::uint64_t kThreads = 4, kEach = 50;
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
            for (std::uint64_t j = 0; j < kEach; ++j) add((i * kEach + j) * kPageSize);
        });
    for (auto& thread : threads) thread.join();
    std::vector<bool> seen(kThreads * kEach);
    for (const auto& slot : kernel_.slots) {
        ASSERT_LT(slot.slot, seen.size());
        EXPECT_FALSE(seen[slot.slot]);
        seen[slot.slot] = true;
    }
}

}  // namespace
}  // namespace husk::kvm
