#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "program/abi/system_calls.hpp"
#include "program/trace/format.hpp"

namespace husk::program {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t kBase = 0x10000;
constexpr std::uint64_t kHuge = ~std::uint64_t{0};

/// 64 KiB of a guest's memory, of which what was put is left and the rest is zero.
class Guest {
public:
    Guest() : bytes_(0x10000) {}
    std::uint64_t put(std::span<const std::byte> bytes)
    {
        const std::uint64_t at = kBase + used_;
        std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(used_));
        used_ += (bytes.size() + 16) / 8 * 8;
        return at;
    }
    std::uint64_t text(const std::string& value) { return put(std::as_bytes(std::span{value.c_str(), value.size() + 1})); }
    template <typename T>
    std::uint64_t value(const T& value)
    {
        return put(std::as_bytes(std::span{&value, 1}));
    }
    void fill(char with) { std::ranges::fill(bytes_, static_cast<std::byte>(with)); }
    Reader reader() const
    {
        return [this](std::uint64_t at, std::span<std::byte> into) {
            asked += into.size();
            if (at < kBase || at - kBase > bytes_.size() || into.size() > bytes_.size() - (at - kBase)) return false;
            std::ranges::copy(std::span{bytes_}.subspan(at - kBase, into.size()), into.begin());
            return true;
        };
    }
    mutable std::size_t asked = 0;  ///< bytes, in all

private:
    std::vector<std::byte> bytes_;
    std::size_t used_ = 0;
};

std::string line(const Guest& guest, std::string_view call, const Values& values, std::int64_t result, const Limits& limits = {})
{
    return format_exit(find_call(call)->number, values, result, std::nullopt, guest.reader(), limits);
}

TEST(TraceCall, TimeIsInMicroseconds)
{
    const Guest guest;
    const std::uint64_t close = find_call("close")->number;
    EXPECT_EQ(format_exit(close, {3}, 0, microseconds{45}, guest.reader()), "close(3) = 0 <0.000045>");
    EXPECT_EQ(format_exit(close, {3}, 0, microseconds{12'000'345}, guest.reader()), "close(3) = 0 <12.000345>");
    EXPECT_EQ(format_exit(close, {3}, 0, std::chrono::nanoseconds{999}, guest.reader()), "close(3) = 0 <0.000000>");
    EXPECT_EQ(format_exit(close, {3}, 0, microseconds{-5}, guest.reader()), "close(3) = 0 <0.000000>");
}

TEST(TraceCall, EntryTellsWhatIsKnownBefore)
{
    Guest guest;
    const std::uint64_t path = guest.text("/etc/passwd");
    EXPECT_EQ(format_entry(find_call("read")->number, {3, kBase, 10}, guest.reader()), "read(3, ");
    EXPECT_EQ(format_entry(find_call("getpid")->number, {}, guest.reader()), "getpid(");
    EXPECT_EQ(format_entry(find_call("stat")->number, {path, kBase}, guest.reader()), R"(stat("/etc/passwd", )");
    EXPECT_EQ(format_entry(find_call("open")->number, {path, 0}, guest.reader()), R"(open("/etc/passwd", O_RDONLY)");
    EXPECT_EQ(format_entry(find_call("pipe")->number, {kBase}, guest.reader()), "pipe(");
}

TEST(TraceCall, UnknownNumbersShowAllRegisters)
{
    const Guest guest;
    EXPECT_EQ(format_exit(500, {1, 2, 0, 0, 0, kHuge}, -38, std::nullopt, guest.reader()),
              "syscall_0x1f4(0x1, 0x2, 0, 0, 0, 0xffffffffffffffff) = -1 ENOSYS (Function not implemented)");
    EXPECT_EQ(format_exit(kHuge, {}, -38, std::nullopt, guest.reader()),
              "syscall_0xffffffffffffffff(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)");
}

TEST(TraceCall, WhatACallWritesIsToldOnlyIfItDidNotFail)
{
    Guest guest;
    const std::uint64_t buffer = guest.text("data");
    EXPECT_EQ(line(guest, "read", {3, buffer, 10}, 4), R"(read(3, "data", 10) = 4)");
    EXPECT_EQ(line(guest, "read", {3, buffer, 10}, -9), "read(3, 0x10000, 10) = -1 EBADF (Bad file descriptor)");
    EXPECT_EQ(line(guest, "pipe", {buffer}, -24), "pipe(0x10000) = -1 EMFILE (Too many open files)");
}

TEST(TraceCall, RegistersCountAsFarAsTheirTypeGoes)
{
    const Guest guest;
    EXPECT_EQ(line(guest, "close", {0xDEAD'BEEF'0000'0003}, 0), "close(3) = 0");
    EXPECT_EQ(line(guest, "close", {0xFFFF'FFFF}, -9), "close(-1) = -1 EBADF (Bad file descriptor)");
    EXPECT_EQ(line(guest, "openat", {0xFFFF'FF9C, 0, 0}, -14), "openat(AT_FDCWD, NULL, O_RDONLY) = -1 EFAULT (Bad address)");
    EXPECT_EQ(line(guest, "kill", {kHuge, 0x1'0000'0009}, 0), "kill(-1, SIGKILL) = 0");
    EXPECT_EQ(line(guest, "fchmod", {3, 0x7000'0000'01FF}, 0), "fchmod(3, 0777) = 0");
}

TEST(TraceCall, LengthsOfTheGuestAreNotTrusted)
{
    Guest guest;
    guest.fill('x');
    const std::string cut = '"' + std::string(32, 'x') + "\"...";
    EXPECT_EQ(line(guest, "write", {1, kBase, kHuge}, -14),
              "write(1, " + cut + ", 18446744073709551615) = -1 EFAULT (Bad address)");
    EXPECT_EQ(line(guest, "read", {1, kBase, kHuge}, 0x7FFF'F000), "read(1, " + cut + ", 18446744073709551615) = 2147479552");
    EXPECT_EQ(line(guest, "getdents64", {1, kBase, kHuge}, 0x7FFF'F000),
              "getdents64(1, 0x10000, 18446744073709551615) = 2147479552");
    EXPECT_LT(guest.asked, 1000U);
}

TEST(TraceCall, NothingIsLongerThanItsLimitsAllow)
{
    // Every call, with arguments that point at memory full of something and say there is no end of it.
    for (const char with : {'\0', '\1', 'x', '\x7f', '\xff'}) {
        Guest guest;
        guest.fill(with);
        for (const SystemCall& call : call_table())
            for (const std::int64_t result : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{0x7FFF'0000}})
                for (const std::uint64_t value : {kBase, kHuge, std::uint64_t{0}, kBase + 0xFFFC, std::uint64_t{1} << 31}) {
                    Values values;
                    values.fill(value);
                    const std::string text = line(guest, call.name, values, result);
                    EXPECT_LT(text.size(), 70'000U) << call.name;
                    EXPECT_TRUE(text.starts_with(std::string{call.name} + "(")) << text;
                    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
                }
        EXPECT_LT(guest.asked / call_table().size(), 3'000'000U);
    }
}

TEST(TraceCall, PointersThatAreNotThereAreNumbers)
{
    const Guest guest;
    Values bad;
    bad.fill(0xDEAD'0000);
    for (const SystemCall& call : call_table()) {
        const std::string text = line(guest, call.name, bad, 5);
        EXPECT_EQ(text.find('"'), std::string::npos) << text;
        EXPECT_EQ(text.find('{'), std::string::npos) << text;
    }
    EXPECT_EQ(line(guest, "rt_sigaction", {2, 0xDEAD'0000, 0xDEAD'0000, 8}, 0),
              "rt_sigaction(SIGINT, 0xdead0000, 0xdead0000, 8) = 0");
}

TEST(TraceCall, StructuresThatStraddleTheEndAreNumbers)
{
    const Guest guest;
    const std::uint64_t edge = kBase + 0x10000 - 8;
    EXPECT_EQ(line(guest, "nanosleep", {edge, 0}, 0), "nanosleep(0x1fff8, NULL) = 0");
    EXPECT_EQ(line(guest, "fstat", {3, edge}, 0), "fstat(3, 0x1fff8) = 0");
    EXPECT_EQ(line(guest, "connect", {3, edge, 16}, 0), "connect(3, 0x1fff8, 16) = 0");
    EXPECT_EQ(line(guest, "poll", {edge, 2, 0}, -14), "poll([{fd=0, events=0}, 0x20000], 2, 0) = -1 EFAULT (Bad address)");
}

TEST(TraceCall, VectorsAreCutAndTheirBasesNotTrusted)
{
    Guest guest;
    const std::uint64_t data = guest.text("abc");
    const std::array<std::uint64_t, 6> vectors{data, 3, 0xDEAD'0000, kHuge, data, 1};
    const std::uint64_t at = guest.value(vectors);
    EXPECT_EQ(
        line(guest, "writev", {1, at, 3}, 7),
        R"(writev(1, [{iov_base="abc", iov_len=3}, {iov_base=0xdead0000, iov_len=18446744073709551615}, {iov_base="a", iov_len=1}], 3) = 7)");
    EXPECT_EQ(line(guest, "writev", {1, at, 3}, 7, Limits{.text = 1, .elements = 1}),
              R"(writev(1, [{iov_base="a"..., iov_len=3}, ...], 3) = 7)");
    // What was read fills the first only.
    EXPECT_EQ(
        line(guest, "readv", {1, at, 3}, 2),
        R"(readv(1, [{iov_base="ab", iov_len=3}, {iov_base="", iov_len=18446744073709551615}, {iov_base="", iov_len=1}], 3) = 2)");
    EXPECT_EQ(line(guest, "writev", {1, at, 0}, 0), "writev(1, [], 0) = 0");
    EXPECT_EQ(line(guest, "writev", {1, 0xDEAD'0000, 0xFFFF'FFFF}, -22),
              "writev(1, 0xdead0000, -1) = -1 EINVAL (Invalid argument)");
}

TEST(TraceCall, FlagsKeepWhatHasNoName)
{
    const Guest guest;
    EXPECT_EQ(line(guest, "mmap", {0, 8192, 3, 0x22, 0xFFFF'FFFF, 0}, 0x7f00'0000'0000),
              "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000");
    EXPECT_EQ(
        line(guest, "mmap", {0, 8192, 0x103, 0x8000'0022, 0xFFFF'FFFF, 0}, -22),
        "mmap(NULL, 8192, PROT_READ|PROT_WRITE|0x100, MAP_PRIVATE|MAP_ANONYMOUS|0x80000000, -1, 0) = -1 EINVAL (Invalid argument)");
    EXPECT_EQ(line(guest, "ioctl", {0, 0x1234, kHuge}, -25),
              "ioctl(0, 0x1234 /* _IOC_??? */, 0xffffffffffffffff) = -1 ENOTTY (Inappropriate ioctl for device)");
}

TEST(TraceCall, SignalSetsOfAnotherSizeAreNumbers)
{
    Guest guest;
    const std::uint64_t set = guest.value(std::uint64_t{2});
    EXPECT_EQ(line(guest, "rt_sigprocmask", {0, set, 0, 8}, 0), "rt_sigprocmask(SIG_BLOCK, [INT], NULL, 8) = 0");
    EXPECT_EQ(line(guest, "rt_sigprocmask", {0, set, 0, 16}, -22),
              "rt_sigprocmask(SIG_BLOCK, 0x10000, NULL, 16) = -1 EINVAL (Invalid argument)");
}

TEST(TraceCall, CallsThatDoNotReturn)
{
    const Guest guest;
    EXPECT_EQ(line(guest, "exit_group", {0}, 0), "exit_group(0) = ?");
    EXPECT_EQ(line(guest, "exit", {0x1'0000'0007}, 0), "exit(7) = ?");
}

TEST(TraceCall, InputIsToldAsItWasBeforeTheCall)
{
    Guest before;
    const std::uint64_t path = before.text("first");
    const Guest after;  // all zero
    const CallText call{find_call("unlink")->number, {path}, before.reader(), Limits{}};
    EXPECT_EQ(call.start() + call.rest(0, after.reader()), R"(unlink("first") = 0)");
}

TEST(TraceCall, TerminalsReadAsStraceHasThem)
{
    // As `stty -a` asks.
    struct Termios {
        std::uint32_t input = 0x500, output = 5, control = 0xBF, local = 0x8A3B;
        std::array<std::uint8_t, 20> rest{};
    };
    Guest guest;
    const std::uint64_t at = guest.value(Termios{});
    EXPECT_EQ(line(guest, "ioctl", {0, 0x5401, at}, 0),
              "ioctl(0, TCGETS, {c_iflag=ICRNL|IXON, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, c_cflag=B38400|CS8|CREAD, "
              "c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, ...}) = 0");
    const std::uint64_t window = guest.value(std::array<std::uint16_t, 4>{24, 80, 0, 0});
    EXPECT_EQ(line(guest, "ioctl", {1, 0x5413, window}, 0),
              "ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0");
}

TEST(TraceCall, ThreadsReadAsStraceHasThem)
{
    Guest guest;
    const std::uint64_t tid = guest.value(14236);
    const std::array<std::uint64_t, 11> clone{0x3D0F00, 0, tid, tid, 0, 0x7f01'11fc'4000, 0x7fff80, 0x7f01'127c'46c0, 0, 0, 0};
    const std::uint64_t at = guest.value(clone);
    EXPECT_EQ(
        line(guest, "clone3", {at, 88}, 14236),
        "clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|CLONE_PARENT_SETTID|"
        "CLONE_CHILD_CLEARTID, child_tid=0x10000, parent_tid=0x10000, exit_signal=0, stack=0x7f0111fc4000, stack_size=0x7fff80, "
        "tls=0x7f01127c46c0} => {parent_tid=[14236]}, 88) = 14236");
    EXPECT_EQ(line(guest, "wait4", {kHuge, guest.value(3 << 8), 0, 0}, 14222),
              "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 14222");
    EXPECT_EQ(line(guest, "wait4", {kHuge, guest.value(11 | 0x80), 0, 0}, 14222),
              "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}], 0, NULL) = 14222");
}

TEST(TraceCall, AddressesOfOddSizes)
{
    Guest guest;
    struct Unix {
        std::uint16_t family = 1;
        std::array<char, 108> path{};
    };
    Unix name;
    name.path = {'\0', 'a', 'b', 's'};
    const std::uint64_t at = guest.value(name);
    EXPECT_EQ(line(guest, "bind", {3, at, 2}, 0), "bind(3, {sa_family=AF_UNIX}, 2) = 0");
    EXPECT_EQ(line(guest, "bind", {3, at, 6}, 0), R"(bind(3, {sa_family=AF_UNIX, sun_path=@"abs"}, 6) = 0)");
    EXPECT_EQ(line(guest, "bind", {3, at, 1}, -22), "bind(3, 0x10000, 1) = -1 EINVAL (Invalid argument)");
    EXPECT_EQ(line(guest, "bind", {3, at, 0}, -22), "bind(3, 0x10000, 0) = -1 EINVAL (Invalid argument)");
    // An address of AF_INET that is too short for one, and one of no family.
    const std::uint64_t odd = guest.value(std::array<std::uint16_t, 2>{2, 0x4141});
    EXPECT_EQ(line(guest, "connect", {3, odd, 4}, -22),
              R"(connect(3, {sa_family=AF_INET, sa_data="AA"}, 4) = -1 EINVAL (Invalid argument))");
    const std::uint64_t none = guest.value(std::array<std::uint16_t, 2>{999, 0x4141});
    EXPECT_EQ(line(guest, "connect", {3, none, 4}, -22),
              R"(connect(3, {sa_family=0x3e7 /* AF_??? */, sa_data="AA"}, 4) = -1 EINVAL (Invalid argument))");
    EXPECT_LT(line(guest, "connect", {3, kBase, 0xFFFF'FFFF}, -22).size(), 700U);
}

}  // namespace
}  // namespace husk::program
