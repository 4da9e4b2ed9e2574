#include "cli/exit_status.hpp"
#include "differential/known.hpp"
#include "support/conformance.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

// What the documentation shows is what is built and tested.
namespace husk::test {
namespace {

std::string text_of(const std::string& path)
{
    std::ifstream file{HUSK_SOURCE_DIR "/" + path};
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(Docs, EmbeddingShowsTheExamplesThatTheInstallTestBuilds)
{
    for (const std::string example : {"embed.cpp", "program.cpp", "call.cpp", "call.c", "squares.c"}) {
        const std::string fence = "```" + example.substr(example.find('.') + 1) + "\n";
        EXPECT_THAT(text_of("docs/embedding.md"), testing::HasSubstr(fence + text_of("docs/examples/" + example) + "```"))
            << example;
    }
}

TEST(Docs, TestingListsTheKnownDifferencesOfTheEngines)
{
    const std::string text = text_of("docs/testing.md");
    for (const Known& known : known_differences())
        EXPECT_THAT(text, testing::HasSubstr(fmt::format("| {} | {} |", known.what, known.why)));
}

TEST(Docs, CommandReferenceListsEveryExitStatus)
{
    const std::string reference = text_of("docs/commands.md");
    for (const int status : {cli::kSuccess, cli::kWrongAnswer, cli::kTripleFault, cli::kUnhandledException, cli::kHaltedForever,
                             cli::kUnclaimed, cli::kCannotExecute, cli::kOutOfCpuTime, cli::kTooMuchOutput, cli::kNotReached,
                             cli::kUsage, cli::kBadImage, cli::kHostError, cli::kOutOfTime})
        EXPECT_THAT(reference, testing::HasSubstr("| " + std::to_string(status) + " |")) << status;
}

TEST(Docs, TestingListsEveryKnownDifference)
{
    const std::string text = text_of("docs/testing.md");
    for (const Reason& reason : reasons())
        EXPECT_THAT(text, testing::HasSubstr("| " + std::string{reason.name} + " | " + std::string{reason.words} + " |"));
}

}  // namespace
}  // namespace husk::test
