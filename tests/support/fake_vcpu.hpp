#pragma once

#include "engine/kvm/vm.hpp"
#include "support/fake_kernel.hpp"

#include <gtest/gtest.h>

namespace husk::test {

/// A processor of a KVM that is not there.
class FakeVcpu : public testing::Test {
protected:
    template <typename Exit>
    void expect_exit()
    {
        const engine::Exit exit = vcpu_.run();
        EXPECT_TRUE(std::holds_alternative<Exit>(exit)) << exit.index();
    }

    FakeKernel kernel_;
    kvm::Vm vm_{std::make_shared<kvm::System>(kernel_)};
    engine::Vcpu& vcpu_ = vm_.vcpu();
};

}  // namespace husk::test
