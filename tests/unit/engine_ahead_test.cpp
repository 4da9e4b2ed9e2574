// An engine that is made on a thread of its own: used there, handed on, or not needed any more.
#include "machine/engine_ahead.hpp"

#include <husk/error.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

namespace husk::test {
namespace {

using machine::Chosen;
using machine::EngineAhead;

TEST(EngineAheadTest, IsUsedOnItsThread)
{
    if (!machine::has_soft_engine()) GTEST_SKIP() << "no software engine";
    EngineAhead ahead{Engine::Soft, x86::Mode::Long};
    std::thread::id where;
    Chosen taken;
    ahead.then([&](Chosen chosen) {
        where = std::this_thread::get_id();
        taken = std::move(chosen);
    });
    ahead.finish();
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_EQ(taken.engine, Engine::Soft);
    EXPECT_NE(taken.vm, nullptr);
}

TEST(EngineAheadTest, WhatIsThrownArrives)
{
    if (!machine::has_soft_engine()) GTEST_SKIP() << "no software engine";
    EngineAhead ahead{Engine::Soft, x86::Mode::Long};
    ahead.then([](const Chosen&) { throw std::runtime_error{"not wanted"}; });
    EXPECT_THROW(ahead.finish(), std::runtime_error);
}

TEST(EngineAheadTest, NobodyNeedsToWantIt)
{
    if (!machine::has_soft_engine()) GTEST_SKIP() << "no software engine";
    {
        const EngineAhead ahead{Engine::Soft, x86::Mode::Long};
    }
    bool used = false;
    {
        EngineAhead ahead{Engine::Soft, x86::Mode::Long};
        ahead.then([&](const Chosen&) { used = true; });
    }
    EXPECT_TRUE(used);  // before it is gone
}

}  // namespace
}  // namespace husk::test
