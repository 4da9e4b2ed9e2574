#pragma once

#include <gtest/gtest.h>

#include <sched.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace husk::test {

/// Runs `body` on a thread that has descriptors and a working directory of its own, as a program at home has: what it closes is
/// open to all others. It begins with 0, 1 and 2 alone.
inline void apart(const std::function<void()>& body)
{
    std::thread{[&] {
        ASSERT_EQ(::unshare(CLONE_FILES | CLONE_FS), 0);
        ASSERT_EQ(::close_range(STDERR_FILENO + 1, ~0U, 0), 0);
        body();
    }}.join();
}

}  // namespace husk::test
