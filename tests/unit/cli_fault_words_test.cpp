// Why a program was ended by a signal, told from what is mapped.
#include "cli/fault_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace husk::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// A page fault's error code.
constexpr std::uint32_t kRead = 0x4, kWrite = 0x6, kFetch = 0x14;

const std::vector<MappedArea> kAreas{
    {.begin = {0x400000}, .size = 0x1000, .readable = true, .executable = true, .name = "/bin/a"},
    {.begin = {0x401000}, .size = 0x1000, .readable = true, .name = "/bin/a"},
    {.begin = {0x600000}, .size = 0x2000, .readable = true, .writable = true},
};

FatalSignal fault(std::uint64_t address, std::uint32_t error_code, int signal = SIGSEGV, int code = SEGV_ACCERR)
{
    return {.signal = signal,
            .code = code,
            .address = {address},
            .exception =
                x86::Exception{.vector = x86::kPageFault, .has_error_code = true, .error_code = error_code, .address = address}};
}

TEST(FaultWords, NothingIsMapped)
{
    const std::string words = fault_words(kAreas, fault(0x5ff000, kWrite, SIGSEGV, SEGV_MAPERR));
    EXPECT_EQ(words,
              "SIGSEGV, SEGV_MAPERR\n"
              "#PF page fault, error code 0x6\n"
              "0x5ff000 was to be written: nothing is mapped there; below it /bin/a ends at 0x401fff, 2 MiB away; above it "
              "anonymous memory begins at 0x600000, 4 KiB away\n");
    EXPECT_THAT(fault_words({}, fault(0, kRead)), HasSubstr("0x0 was to be read: nothing is mapped there\n"));
}

TEST(FaultWords, AtTheEndsOfTheSpace)
{
    EXPECT_THAT(fault_words(kAreas, fault(0, kRead)), Not(HasSubstr("below it")));
    EXPECT_THAT(fault_words(kAreas, fault(~0ull, kRead)), Not(HasSubstr("above it")));
}

TEST(FaultWords, RightsThatAreNotThere)
{
    EXPECT_THAT(fault_words(kAreas, fault(0x400010, kWrite)), HasSubstr("it is in /bin/a, r-x, which does not allow that\n"));
    EXPECT_THAT(fault_words(kAreas, fault(0x601fff, kFetch)),
                HasSubstr("0x601fff was to be executed: it is in anonymous memory, rw-, which does not allow that\n"));
}

TEST(FaultWords, BeyondAFile)
{
    EXPECT_THAT(fault_words(kAreas, fault(0x401010, kRead, SIGBUS, BUS_ADRERR)),
                HasSubstr("it is in /bin/a, r--, and nothing is behind that page, as beyond a file's end\n"));
}

TEST(FaultWords, OtherExceptionsAndNone)
{
    const FatalSignal divided{.signal = SIGFPE, .code = FPE_INTDIV, .exception = x86::Exception{.vector = 0}};
    EXPECT_EQ(fault_words(kAreas, divided), "SIGFPE, FPE_INTDIV\n#DE divide error\n");
    EXPECT_EQ(fault_words(kAreas, {.signal = SIGTERM, .code = SI_USER}), "SIGTERM, SI_USER\nsent by a process\n");
    EXPECT_THAT(fault_words(kAreas, {.signal = SIGSEGV, .code = SI_KERNEL}), HasSubstr("raised by the kernel"));
    EXPECT_THAT(fault_words(kAreas, {.signal = 12345, .code = -77}), HasSubstr("code -77"));
}

TEST(FaultWords, Places)
{
    EXPECT_EQ(place_words(kAreas, {0x401008}), "/bin/a, r--, 0x8 from its start at 0x401000");
    EXPECT_THAT(place_words(kAreas, {0x1000}), HasSubstr("nothing that is mapped; above it /bin/a begins at 0x400000"));
}

TEST(FaultWords, NamesDoNothingToATerminal)
{
    const std::vector<MappedArea> areas{{.begin = {0x1000}, .size = 0x1000, .name = "/a\x1b[31m\n"}};
    EXPECT_THAT(fault_words(areas, fault(0x1000, kRead)), HasSubstr("/a\\x1b[31m\\x0a, ---"));
}

}  // namespace
}  // namespace husk::cli
