// Every way a guest can stop: in words, as a word, as an exit status.
#include "cli/exit_status.hpp"

#include <husk/stop.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <set>

namespace husk {
namespace {

using Space = stops::Unclaimed::Space;
using Access = stops::Unclaimed::Access;

struct Row {
    Stop stop;
    const char* text;
    const char* word;
    int status;
};

const Row kRows[] = {
    {stops::Halted{false}, "halted with interrupts off", "halted", 0},
    {stops::Halted{true}, "halted with interrupts on, and nothing can wake it", "halted", 103},
    {stops::Exited{0}, "exited with code 0", "exited", 0},
    {stops::Exited{42}, "exited with code 42", "exited", 42},
    {stops::Exited{256}, "exited with code 256", "exited", 0},
    {stops::Exited{0xFFFF'FFFF}, "exited with code 4294967295", "exited", 255},
    {stops::TripleFault{}, "triple fault", "triple-fault", 101},
    {stops::TripleFault{true, {}}, "triple fault", "triple-fault", 101},
    {stops::TripleFault{false, x86::Exception{.vector = 14, .has_error_code = true, .error_code = 2, .address = 0x1000}},
     "triple fault that began with #PF page fault, error code 0x2, address 0x1000", "triple-fault", 101},
    {stops::UnhandledException{{.vector = 6}}, "exception it did not handle: #UD invalid opcode", "exception", 102},
    {stops::UnhandledException{{.vector = 13, .has_error_code = true, .error_code = 0x10}},
     "exception it did not handle: #GP general protection, error code 0x10", "exception", 102},
    {stops::UnhandledException{{.vector = 14, .has_error_code = true, .error_code = 2, .address = 0xDEAD'0000}},
     "exception it did not handle: #PF page fault, error code 0x2, address 0xdead0000", "exception", 102},
    {stops::OutOfTime{}, "out of time", "out-of-time", 124},
    {stops::Cancelled{}, "cancelled", "cancelled", 122},
    {stops::CannotExecute{.reason = "no such thing", .at = GuestVirt{0x1000}},
     "this host cannot execute the instruction at 0x1000: no such thing", "cannot-execute", 105},
    {stops::FreezeAsked{}, "asked to be frozen", "freeze-asked", 0},
    {stops::Unclaimed{Space::Port, Access::Read, 0x60, 1}, "read 1 byte from port 0x60, where nothing is attached", "unclaimed",
     104},
    {stops::Unclaimed{Space::Port, Access::Write, 0x64, 2}, "wrote 2 bytes to port 0x64, where nothing is attached", "unclaimed",
     104},
    {stops::Unclaimed{Space::Memory, Access::Read, 0xFEC0'0000, 4},
     "read 4 bytes from address 0xfec00000, where nothing is attached", "unclaimed", 104},
    {stops::Unclaimed{Space::Memory, Access::Write, 4_GiB, 8}, "wrote 8 bytes to address 0x100000000, where nothing is attached",
     "unclaimed", 104},
    {stops::Unclaimed{Space::Memory, Access::Fetch, 0xFFFF'0000, 1}, "jumped to 0xffff0000, where there is no memory", "unclaimed",
     104},
    {stops::Debug{}, "executed one instruction", "debug", 122},
    {stops::Debug{stops::Debug::Why::Breakpoint, GuestVirt{0x20}}, "came to the breakpoint at 0x20", "debug", 122},
    {stops::Debug{stops::Debug::Why::Watchpoint, GuestVirt{0x800}}, "touched the watchpoint at 0x800", "debug", 122},
};

TEST(Stop, EveryAlternativeIsInTheTable)
{
    std::set<std::size_t> alternatives;
    for (const Row& row : kRows) alternatives.insert(row.stop.index());
    EXPECT_EQ(alternatives.size(), std::variant_size_v<Stop>);
}

TEST(Stop, IsDescribedInOneLine)
{
    for (const Row& row : kRows) EXPECT_EQ(describe(row.stop), row.text);
}

TEST(Stop, HasAWord)
{
    for (const Row& row : kRows) EXPECT_STREQ(cli::stop_name(row.stop), row.word);
}

TEST(Stop, DecidesTheExitStatus)
{
    for (const Row& row : kRows) EXPECT_EQ(cli::exit_status(row.stop, true, 0), row.status) << row.text;
}

TEST(Stop, WrongAnswersCountOnlyForGuestsThatHalted)
{
    for (const Row& row : kRows) {
        const bool halted = row.stop == Stop{stops::Halted{false}};
        EXPECT_EQ(cli::exit_status(row.stop, false, 0), halted ? 100 : row.status) << row.text;
    }
}

TEST(Stop, SignalsCountOnlyForGuestsThatWereCancelled)
{
    EXPECT_EQ(cli::exit_status(stops::Cancelled{}, true, SIGINT), 130);
    EXPECT_EQ(cli::exit_status(stops::Cancelled{}, true, SIGTERM), 143);
    EXPECT_EQ(cli::exit_status(stops::Halted{}, true, SIGINT), 0);
    EXPECT_EQ(cli::exit_status(stops::OutOfTime{}, true, SIGINT), 124);
}

TEST(Stop, StatusesAreTheDocumentedNumbers)
{
    EXPECT_EQ(cli::kUsage, 120);
    EXPECT_EQ(cli::kBadImage, 121);
    EXPECT_EQ(cli::kHostError, 122);
}

}  // namespace
}  // namespace husk
