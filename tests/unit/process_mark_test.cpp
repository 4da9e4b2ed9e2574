// What is remembered for a process must not be taken for its child's.
#include "base/process_mark.hpp"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <thread>

namespace husk {
namespace {

int kernels_id()
{
    return static_cast<int>(::syscall(SYS_gettid));
}

/// True if `holds` does in a child that `fork` makes.
bool in_child(const std::function<pid_t()>& fork, const std::function<bool()>& holds)
{
    const pid_t child = fork();
    if (child == 0) ::_exit(holds() ? 0 : 1);
    int status = 0;
    return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

pid_t forked()
{
    return ::fork();
}

/// Past the C library, and what it would call in the child.
pid_t cloned()
{
    return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

TEST(ProcessMark, IsTheSameOnAllThreads)
{
    const std::uint64_t mark = process_mark();
    EXPECT_NE(mark, 0u);
    EXPECT_EQ(process_mark(), mark);
    std::uint64_t other = 0;
    std::thread{[&] { other = process_mark(); }}.join();
    EXPECT_EQ(other, mark);
}

TEST(ProcessMark, AChildHasAnotherAndSoHasItsChild)
{
    const std::uint64_t mark = process_mark();
    for (const auto& fork : {forked, cloned})
        EXPECT_TRUE(in_child(fork, [&] {
            const std::uint64_t childs = process_mark();
            const auto is_new = [&] { return process_mark() != mark && process_mark() != childs; };
            return childs != mark && childs != 0 && process_mark() == childs && in_child(fork, is_new);
        }));
    EXPECT_EQ(process_mark(), mark);
}

TEST(ThreadId, IsTheKernels)
{
    EXPECT_EQ(thread_id(), kernels_id());
    EXPECT_EQ(thread_id(), kernels_id());
    bool same = false;
    std::thread{[&] { same = thread_id() == kernels_id() && thread_id() != ::getpid(); }}.join();
    EXPECT_TRUE(same);
}

TEST(ThreadId, IsNotTheParents)
{
    EXPECT_EQ(thread_id(), kernels_id());
    for (const auto& fork : {forked, cloned}) EXPECT_TRUE(in_child(fork, [] { return thread_id() == kernels_id(); }));
}

}  // namespace
}  // namespace husk
