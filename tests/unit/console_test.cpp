// Where a console's output goes, and what is said when it cannot.
#include "cli/console.hpp"

#include "base/unique_fd.hpp"
#include "cli/print.hpp"
#include "support/errors.hpp"
#include "support/recorder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace husk::cli {
namespace {

using test::as_bytes;

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

struct Pipe {
    UniqueFd out, in;  ///< to be read, to be written
};

Pipe make_pipe(int flags = 0)
{
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | flags), 0);
    return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

class ConsoleTest : public testing::Test {
protected:
    ConsoleTest() : before_{std::signal(SIGPIPE, SIG_IGN)} {}
    ~ConsoleTest() override
    {
        std::filesystem::remove(path_);
        std::signal(SIGPIPE, before_);
    }

    const std::string path_ = testing::TempDir() + "husk_console_test_" + std::to_string(::getpid());

private:
    void (*before_)(int);
};

TEST_F(ConsoleTest, FileTakesEveryByteAtOnce)
{
    Console console{path_, false};
    const auto sink = console.sink();
    sink(as_bytes("Hello, "));
    EXPECT_EQ(contents(path_), "Hello, ") << "nothing waits in a buffer";
    sink(as_bytes({"world\0!", 7}));
    EXPECT_EQ(contents(path_), std::string("Hello, world\0!", 14));
    EXPECT_EQ(console.kept(), "");
}

TEST_F(ConsoleTest, FileIsMadeAnew)
{
    std::ofstream{path_} << "what was there before";
    Console console{path_, true};
    console.sink()(as_bytes("new"));
    EXPECT_EQ(contents(path_), "new");
}

TEST_F(ConsoleTest, FileThatCannotBeIsNamed)
{
    const std::pair<std::string, int> bad[] = {
        {"/nowhere/at/all", ENOENT}, {testing::TempDir(), EISDIR}, {"", ENOENT}, {"/dev/null/x", ENOTDIR}};
    for (const auto& [where, errno_value] : bad) {
        const auto error = test::error_of([&, &name = where] { Console{name, false}; });
        ASSERT_TRUE(error) << where;
        EXPECT_EQ(error->call(), "open " + where);
        EXPECT_EQ(error->code().value(), errno_value);
    }
}

TEST_F(ConsoleTest, FullFileIsNamed)
{
    Console console{"/dev/full", false};
    const auto error = test::error_of([&] { console.sink()(as_bytes("x")); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "write to /dev/full");
    EXPECT_EQ(error->code().value(), ENOSPC);
}

TEST_F(ConsoleTest, KeepsWhatWouldGoToStdout)
{
    Console console{"-", true};
    console.sink()(as_bytes("Hello, "));
    console.sink()(as_bytes({"world\0", 6}));
    console.sink()({});
    EXPECT_EQ(console.kept(), std::string("Hello, world\0", 13));
    EXPECT_FALSE(console.truncated());
}

TEST_F(ConsoleTest, KeepsNoMoreThanItMay)
{
    Console console{"-", true};
    const auto sink = console.sink();
    const std::string most(Console::kMostKept - 2, 'x');
    sink(as_bytes(most));
    sink(as_bytes("ab"));
    EXPECT_EQ(console.kept().size(), Console::kMostKept);
    EXPECT_FALSE(console.truncated()) << "to the last byte";
    sink({});
    EXPECT_FALSE(console.truncated());
    sink(as_bytes("c"));
    EXPECT_TRUE(console.truncated());
    EXPECT_EQ(console.kept().size(), Console::kMostKept);
    EXPECT_EQ(console.kept().substr(Console::kMostKept - 3), "xab");
}

TEST_F(ConsoleTest, KeepsTheStartOfWhatIsTooLong)
{
    Console console{"-", true};
    const std::string much(Console::kMostKept + 1, 'x');
    console.sink()(as_bytes(much));
    EXPECT_EQ(console.kept().size(), Console::kMostKept);
    EXPECT_TRUE(console.truncated());
}

TEST_F(ConsoleTest, ClosedStdoutIsAnError)
{
    Pipe pipe = make_pipe();
    pipe.out = UniqueFd{};
    const UniqueFd stdout_before{::dup(STDOUT_FILENO)};
    ASSERT_EQ(::dup2(pipe.in.get(), STDOUT_FILENO), STDOUT_FILENO);
    Console console{"-", false};
    const auto error = test::error_of([&] { console.sink()(as_bytes("x")); });
    const auto nothing = test::error_of([&] { console.sink()({}); });
    ::dup2(stdout_before.get(), STDOUT_FILENO);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "write to stdout");
    EXPECT_EQ(error->code().value(), EPIPE);
    EXPECT_FALSE(nothing) << "to write nothing cannot fail";
}

TEST_F(ConsoleTest, WritesAllEvenIfItMustWait)
{
    const Pipe pipe = make_pipe(O_NONBLOCK);
    const std::string much(1 << 20, 'y');  // a pipe takes 64 KiB
    std::string got;
    std::thread reader{[&] {
        std::array<char, 5000> chunk{};
        while (got.size() < much.size()) {
            const ssize_t size = ::read(pipe.out.get(), chunk.data(), chunk.size());
            if (size > 0)
                got.append(chunk.data(), static_cast<std::size_t>(size));
            else
                std::this_thread::yield();
        }
    }};
    write_all(pipe.in.get(), as_bytes(much), "write to the test");
    reader.join();
    EXPECT_EQ(got, much);
}

TEST_F(ConsoleTest, WriteThatFailsNamesWhat)
{
    const auto error = test::error_of([] { write_all(-1, as_bytes("x"), "write to the test"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->call(), "write to the test");
    EXPECT_EQ(error->code().value(), EBADF);
}

}  // namespace
}  // namespace husk::cli
