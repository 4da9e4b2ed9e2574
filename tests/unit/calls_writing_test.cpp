#include "program/process/signals.hpp"
#include "support/program_process.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

// What the program's limits leave of what it writes.
namespace husk::test {
namespace {

using program::Result;

/// As writev's array lies in the guest's memory.
struct Vector {
    std::uint64_t base, size;
};

class CallsWriting : public ProgramProcess {
protected:
    using ProgramProcess::ProgramProcess;
    static constexpr std::uint64_t kText = kPages, kVectors = kPages + 0x1000, kOffset = kPages + 0x2000;

    std::string contents(int fd)
    {
        std::string text(64, '\0');
        const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return text;
    }

    int file_ = make_file();
};

ProgramConfig limited(std::optional<std::uint64_t> output, std::optional<std::uint64_t> file_size)
{
    ProgramConfig config;
    config.limits.output = output;
    config.limits.file_size = file_size;
    return config;
}

/// Standard output is a file while this lives.
class RedirectedOutput {
protected:
    RedirectedOutput() : output_{::memfd_create("output", 0)}, saved_{::dup(STDOUT_FILENO)} { ::dup2(output_, STDOUT_FILENO); }
    ~RedirectedOutput()
    {
        ::dup2(saved_, STDOUT_FILENO);
        ::close(saved_);
        ::close(output_);
    }

    int output_;

private:
    int saved_;
};

class OutputLimit : private RedirectedOutput, public CallsWriting {
protected:
    OutputLimit() : CallsWriting{limited(8, {})} { put_text(kText, "0123456789"); }

    std::string output() { return contents(output_); }
    void expect_ended() { EXPECT_EQ(process_->ended(), ProgramStop{stops::TooMuchOutput{}}); }
};

TEST_F(OutputLimit, EndsTheProgramWhenMoreIsWritten)
{
    EXPECT_EQ(call(SYS_write, 1, kText, 5), 5);
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 10);  // does not count
    EXPECT_EQ(call(SYS_write, 1, kText, 3), 3);
    EXPECT_EQ(call(SYS_write, 1, kText, 0), 0);
    EXPECT_FALSE(process_->ending());  // all of it, and not more
    EXPECT_EQ(call(SYS_write, 1, kText, 1), -EINTR);
    expect_ended();
    EXPECT_EQ(output(), "01234012");
}

TEST_F(OutputLimit, AWriteGoesUpToIt)
{
    EXPECT_EQ(call(SYS_write, 1, kText, 10), 8);
    expect_ended();
    EXPECT_EQ(output(), "01234567");
}

TEST_F(OutputLimit, VectorsGoUpToIt)
{
    put(kVectors, std::array{Vector{kText, 6}, Vector{kText, 6}});
    EXPECT_EQ(call(SYS_writev, 1, kVectors, 2), 8);
    expect_ended();
    EXPECT_EQ(output(), "01234501");
}

TEST_F(OutputLimit, WhatFailsDoesNotCount)
{
    EXPECT_EQ(call(SYS_write, 1, kNothing, 8), -EFAULT);
    EXPECT_EQ(call(SYS_write, 1, kText, 8), 8);
    EXPECT_FALSE(process_->ending());
}

TEST_F(OutputLimit, EveryWayToWriteCounts)
{
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 10);
    const int copy = keep(static_cast<int>(call(SYS_dup, 1)));
    EXPECT_EQ(call(SYS_write, copy, kText, 4), 4);
    EXPECT_EQ(call(SYS_pwrite64, copy, kText, 2, 0), 2);
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_sendfile, copy, file_, kOffset, 1), 1);
    EXPECT_FALSE(process_->ending());
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_copy_file_range, file_, kOffset, copy, 0, 1 << 20, 0), 1);
    expect_ended();
}

class FileSize : public CallsWriting {
protected:
    FileSize() : CallsWriting{limited({}, 8)} { put_text(kText, "0123456789"); }
    void expect_refused(Result result)
    {
        EXPECT_EQ(result, -EFBIG);
        EXPECT_TRUE(raised());
    }
    /// Whether SIGXFSZ was sent; takes it, as the way back to the guest would.
    bool raised()
    {
        (void)thread_->attended();
        return take_signal(*thread_, program::SignalSet::of(SIGXFSZ)).has_value();
    }
};

TEST_F(FileSize, AWriteAcrossTheLimitIsShortened)
{
    EXPECT_EQ(call(SYS_write, file_, kText, 10), 8);
    EXPECT_FALSE(raised());
    expect_refused(call(SYS_write, file_, kText, 1));
    EXPECT_EQ(call(SYS_write, file_, kText, 0), 0);
    EXPECT_EQ(call(SYS_pwrite64, file_, kText, 4, 6), 2);
    expect_refused(call(SYS_pwrite64, file_, kText, 4, 8));
    EXPECT_EQ(call(SYS_pwrite64, file_, kText, 4, -5), -EINVAL);
    put(kVectors, std::array{Vector{kText, 3}, Vector{kText, 10}});
    EXPECT_EQ(call(SYS_pwritev, file_, kVectors, 2, 0, 0), 8);
    expect_refused(call(SYS_pwritev2, file_, kVectors, 2, 0, 0, RWF_APPEND));
    EXPECT_EQ(contents(file_), "01201234");
}

TEST_F(FileSize, NoWayAround)
{
    EXPECT_EQ(call(SYS_ftruncate, file_, 8), 0);
    expect_refused(call(SYS_ftruncate, file_, 9));
    expect_refused(call(SYS_fallocate, file_, 0, 4, 5));
    EXPECT_EQ(call(SYS_fallocate, file_, 0, 4, 4), 0);
    EXPECT_EQ(::fcntl(file_, F_SETFL, O_APPEND), 0);
    expect_refused(call(SYS_pwrite64, file_, kText, 1, 0));
    EXPECT_EQ(::fcntl(file_, F_SETFL, 0), 0);
    const int from = make_file();
    EXPECT_EQ(::pwrite(from, "0123456789", 10, 0), 10);
    put(kOffset, std::array<std::uint64_t, 2>{0, 7});
    EXPECT_EQ(call(SYS_copy_file_range, from, kOffset, file_, kOffset + 8, 10, 0), 1);
    expect_refused(call(SYS_copy_file_range, from, kOffset, file_, kOffset + 8, 10, 0));
    EXPECT_EQ(call(SYS_lseek, file_, 6, SEEK_SET), 6);
    put(kOffset, std::uint64_t{0});
    EXPECT_EQ(call(SYS_sendfile, file_, from, kOffset, 10), 2);
    expect_refused(call(SYS_sendfile, file_, from, kOffset, 10));
    EXPECT_EQ(::lseek(file_, 0, SEEK_END), 8);
}

TEST_F(FileSize, PipesHaveNone)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    keep(ends[0]);
    keep(ends[1]);
    EXPECT_EQ(call(SYS_write, ends[1], kText, 10), 10);
    EXPECT_EQ(call(SYS_write, ends[1], kText, 10), 10);
    EXPECT_FALSE(raised());
}

}  // namespace
}  // namespace husk::test
