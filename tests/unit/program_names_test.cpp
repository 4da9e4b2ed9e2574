#include <gtest/gtest.h>

#include <csignal>
#include <cstring>

#include "program/abi/errors.hpp"
#include "program/abi/names.hpp"
#include "program/abi/signals.hpp"

namespace husk::program {
namespace {

constexpr std::uint64_t kUpperHalf = 0xFFFF'FFFF'0000'0000;

TEST(Describe, BitsAreJoinedInTheOrderOfTheSet)
{
    EXPECT_EQ(describe(Names::OpenFlags, 02000000), "O_RDONLY|O_CLOEXEC");
    EXPECT_EQ(describe(Names::OpenFlags, 02001101), "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC");
    EXPECT_EQ(describe(Names::OpenFlags, 02), "O_RDWR");
    EXPECT_EQ(describe(Names::MmapProt, 3), "PROT_READ|PROT_WRITE");
    EXPECT_EQ(describe(Names::MmapFlags, 0x22), "MAP_PRIVATE|MAP_ANONYMOUS");
    EXPECT_EQ(describe(Names::AccessMode, 6), "R_OK|W_OK");
    EXPECT_EQ(describe(Names::SocketType, 1 | 02000000), "SOCK_STREAM|SOCK_CLOEXEC");
}

TEST(Describe, NoBitsAreTheNameOfNoneOrZero)
{
    EXPECT_EQ(describe(Names::MmapProt, 0), "PROT_NONE");
    EXPECT_EQ(describe(Names::AccessMode, 0), "F_OK");
    EXPECT_EQ(describe(Names::OpenFlags, 0), "O_RDONLY");
    EXPECT_EQ(describe(Names::StatxFlags, 0), "AT_STATX_SYNC_AS_STAT");
    EXPECT_EQ(describe(Names::AtFlags, 0), "0");
    EXPECT_EQ(describe(Names::MessageFlags, 0), "0");
}

TEST(Describe, NamesOfSeveralBitsComeFirst)
{
    EXPECT_EQ(describe(Names::OpenFlags, 04010001), "O_WRONLY|O_SYNC");
    EXPECT_EQ(describe(Names::OpenFlags, 010001), "O_WRONLY|O_DSYNC");
    EXPECT_EQ(describe(Names::OpenFlags, 020200002), "O_RDWR|O_TMPFILE");
    EXPECT_EQ(describe(Names::StatxMask, 0xFFF), "STATX_ALL");
    EXPECT_EQ(describe(Names::StatxMask, 0x7FF), "STATX_BASIC_STATS");
    EXPECT_EQ(describe(Names::MmapFlags, 3), "MAP_SHARED_VALIDATE");
}

TEST(Describe, BitsWithoutANameFollowAsANumber)
{
    EXPECT_EQ(describe(Names::MmapProt, 0x41), "PROT_READ|0x40");
    EXPECT_EQ(describe(Names::MmapProt, 0x40), "0x40 /* PROT_??? */");
    EXPECT_EQ(describe(Names::OpenFlags, 0x4000'0000), "O_RDONLY|0x40000000");
    EXPECT_EQ(describe(Names::MmapFlags, 0xFFFF'FFFF'0000'0000 | 2), "MAP_PRIVATE|0xffffffff00000000");
    EXPECT_EQ(describe(Names::SocketType, 0xE), "0xe /* SOCK_??? */");
    EXPECT_EQ(describe(Names::MmapFlags, 0x2F), "MAP_ANONYMOUS|0xf");
}

TEST(Describe, ChoicesAreOneName)
{
    EXPECT_EQ(describe(Names::Whence, 2), "SEEK_END");
    EXPECT_EQ(describe(Names::Whence, 9), "0x9 /* SEEK_??? */");
    EXPECT_EQ(describe(Names::ClockId, 1), "CLOCK_MONOTONIC");
    EXPECT_EQ(describe(Names::FcntlCommand, 1030), "F_DUPFD_CLOEXEC");
    EXPECT_EQ(describe(Names::IoctlRequest, 0x5401), "TCGETS");
    EXPECT_EQ(describe(Names::PrctlOption, 0x53564d41), "PR_SET_VMA");
    EXPECT_EQ(describe(Names::RusageWho, static_cast<std::uint64_t>(-1)), "RUSAGE_CHILDREN");
    EXPECT_EQ(describe(Names::SchedPolicy, 0x40000001), "SCHED_FIFO|SCHED_RESET_ON_FORK");
}

TEST(Describe, FutexOperationsHaveTheirFlagsInTheirName)
{
    EXPECT_EQ(describe(Names::FutexOperation, 0), "FUTEX_WAIT");
    EXPECT_EQ(describe(Names::FutexOperation, 129), "FUTEX_WAKE_PRIVATE");
    EXPECT_EQ(describe(Names::FutexOperation, 137 | 256), "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME");
    EXPECT_EQ(describe(Names::FutexOperation, 256), "FUTEX_WAIT|FUTEX_CLOCK_REALTIME");
    EXPECT_EQ(describe(Names::FutexOperation, 99), "0x63 /* FUTEX_??? */");
}

TEST(Describe, TheUpperHalfOfAnIntDoesNotCount)
{
    EXPECT_EQ(describe(Names::OpenFlags, kUpperHalf | 02000000), "O_RDONLY|O_CLOEXEC");
    EXPECT_EQ(describe(Names::ClockId, kUpperHalf | 1), "CLOCK_MONOTONIC");
    EXPECT_EQ(describe(Names::AccessMode, kUpperHalf), "F_OK");
}

TEST(Describe, EverySetTakesEveryBit)
{
    for (unsigned set = 0; set <= static_cast<unsigned>(Names::TerminalLocal); ++set)
        for (unsigned bit = 0; bit <= 64; ++bit) {
            const std::uint64_t value = bit == 64 ? ~std::uint64_t{0} : std::uint64_t{1} << bit;
            const std::string text = describe(static_cast<Names>(set), value);
            EXPECT_FALSE(text.empty());
            EXPECT_LT(text.size(), 700U) << text;
        }
}

TEST(Errors, ByNumberAndByName)
{
    EXPECT_EQ(find_error(2)->name, "ENOENT");
    EXPECT_EQ(find_error(2)->message, "No such file or directory");
    EXPECT_EQ(find_error("EFAULT")->number, EFAULT);
    EXPECT_EQ(find_error("EWOULDBLOCK")->name, "EAGAIN");
    EXPECT_EQ(find_error("ENOTSUP")->name, "EOPNOTSUPP");
    for (const int number : {0, -1, 41, 58, 134, 4095, 512}) EXPECT_EQ(find_error(number), nullptr) << number;
    for (const std::string_view name : {"", "E", "enoent", "ENOENT "}) EXPECT_EQ(find_error(name), nullptr) << name;
}

TEST(Errors, AreThoseOfTheCLibrary)
{
    for (const ErrorName& error : errors()) {
        EXPECT_EQ(error.name, ::strerrorname_np(error.number)) << error.number;
        EXPECT_EQ(error.message, ::strerrordesc_np(error.number)) << error.number;
        EXPECT_EQ(find_error(error.number), &error);
        EXPECT_EQ(find_error(error.name), &error);
    }
    EXPECT_EQ(errors().size(), 131U);
}

TEST(Errors, Failed)
{
    EXPECT_TRUE(is_error(-1));
    EXPECT_TRUE(is_error(-4095));
    EXPECT_FALSE(is_error(-4096));  // an address at the end of the space, were there one
    EXPECT_FALSE(is_error(0));
    EXPECT_FALSE(is_error(1));
    EXPECT_EQ(find_restart(512)->name, "ERESTARTSYS");
    EXPECT_EQ(find_restart(515), nullptr);
}

TEST(Signals, ByNumberAndByName)
{
    EXPECT_EQ(name_of_signal(SIGSEGV), "SIGSEGV");
    EXPECT_EQ(name_of_signal(SIGSYS), "SIGSYS");
    EXPECT_EQ(name_of_signal(32), "SIGRTMIN");
    EXPECT_EQ(name_of_signal(33), "SIGRT_1");
    EXPECT_EQ(name_of_signal(64), "SIGRT_32");
    for (const int signal : {0, -1, 65, 1 << 30}) EXPECT_EQ(name_of_signal(signal), "") << signal;
    for (int signal = 1; signal <= kLastSignal; ++signal) EXPECT_EQ(find_signal(name_of_signal(signal)), signal);
    for (int signal = 1; signal < kFirstRealTimeSignal; ++signal)
        EXPECT_TRUE(signal == SIGIO || name_of_signal(signal) == std::string{"SIG"} + ::sigabbrev_np(signal)) << signal;
}

TEST(Signals, OtherSpellings)
{
    EXPECT_EQ(find_signal("TERM"), SIGTERM);
    EXPECT_EQ(find_signal("SIGPOLL"), SIGIO);
    EXPECT_EQ(find_signal("SIGIOT"), SIGABRT);
    EXPECT_EQ(find_signal("SIGRTMIN+2"), 34);
    for (const std::string_view name : {"", "SIG", "SIGNO", "RT_", "RT_33", "RT_-1", "RT_1x", "RT_99999999999999999999", "sigterm"})
        EXPECT_EQ(find_signal(name), std::nullopt) << name;
}

TEST(Signals, Codes)
{
    EXPECT_EQ(name_of_code(SIGSEGV, 1), "SEGV_MAPERR");
    EXPECT_EQ(name_of_code(SIGFPE, 1), "FPE_INTDIV");
    EXPECT_EQ(name_of_code(SIGCHLD, 1), "CLD_EXITED");
    EXPECT_EQ(name_of_code(SIGUSR1, SI_TKILL), "SI_TKILL");
    EXPECT_EQ(name_of_code(SIGSEGV, SI_KERNEL), "SI_KERNEL");
    EXPECT_EQ(name_of_code(SIGSEGV, 77), "");
    EXPECT_EQ(name_of_code(-3, 1), "");
}

TEST(Signals, Sets)
{
    const auto bit = [](int signal) { return std::uint64_t{1} << (signal - 1); };
    EXPECT_EQ(describe_signal_set(0), "[]");
    EXPECT_EQ(describe_signal_set(bit(SIGINT) | bit(SIGTERM)), "[INT TERM]");
    EXPECT_EQ(describe_signal_set(~std::uint64_t{0}), "~[]");
    EXPECT_EQ(describe_signal_set(~(bit(SIGKILL) | bit(SIGSTOP))), "~[KILL STOP]");
    EXPECT_EQ(describe_signal_set(bit(32) | bit(33) | bit(64)), "[RTMIN RT_1 RT_32]");
}

}  // namespace
}  // namespace husk::program
