// `husk boot`'s words, read: every option, every word that makes no sense, by name.
#include "cli/boot_options.hpp"

#include "cli/engine_option.hpp"

#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace husk::cli {
namespace {

/// The words as a shell would give them, without "husk boot". Throws CLI::ParseError and UsageError.
BootOptions options(std::vector<std::string> words)
{
    CLI::App command;
    BootWords read_words;
    add_boot_options(command, read_words);
    command.parse(std::vector<std::string>{words.rbegin(), words.rend()});
    return read(read_words);
}

BootOptions with(std::vector<std::string> words)
{
    words.insert(words.begin(), "image");
    return options(std::move(words));
}

std::string refusal(std::vector<std::string> words)
{
    try {
        with(std::move(words));
    } catch (const UsageError& error) {
        return error.message;
    } catch (const CLI::ParseError& error) {
        return std::string{"parser: "} + error.what();
    }
    return {};
}

class BootOptionsTest : public testing::Test {
protected:
    BootOptionsTest() { ::unsetenv("HUSK_ENGINE"); }
    ~BootOptionsTest() override { ::unsetenv("HUSK_ENGINE"); }
};

TEST_F(BootOptionsTest, Defaults)
{
    const BootOptions plain = with({});
    EXPECT_EQ(plain.image, "image");
    EXPECT_FALSE(plain.as.flat || plain.as.mode || plain.as.load || plain.as.entry || plain.as.stack);
    EXPECT_EQ(plain.memory, 2_MiB);
    EXPECT_TRUE(plain.mergeable);
    EXPECT_FALSE(plain.hugepages || plain.strict || plain.stats || plain.json);
    EXPECT_EQ(plain.engine, Engine::Auto);
    EXPECT_EQ(plain.timeout, std::chrono::nanoseconds::max());
    EXPECT_FALSE(plain.expected_ax);
    EXPECT_TRUE(plain.expected_memory.empty());
    EXPECT_EQ(plain.serial, "-");
    EXPECT_EQ(plain.debugcon, "-");
}

TEST_F(BootOptionsTest, ImageOptions)
{
    const auto as = with({"--flat", "--mode", "real", "--load", "0x7C00", "--entry", "0x7C02", "--stack", "28672", "--cmdline",
                          "root=/dev/sda quiet"})
                        .as;
    EXPECT_TRUE(as.flat);
    EXPECT_EQ(as.mode, x86::Mode::Real);
    EXPECT_EQ(as.load, GuestPhys{0x7C00});
    EXPECT_EQ(as.entry, GuestPhys{0x7C02});
    EXPECT_EQ(as.stack, GuestPhys{0x7000});
    EXPECT_EQ(as.command_line, "root=/dev/sda quiet");
}

TEST_F(BootOptionsTest, MachineOptions)
{
    const auto all = with({"--memory", "1G", "--no-mergeable", "--hugepages", "--engine", "soft", "--timeout", "0.5", "--strict"});
    EXPECT_EQ(all.memory, 1_GiB);
    EXPECT_FALSE(all.mergeable);
    EXPECT_TRUE(all.hugepages);
    EXPECT_EQ(all.engine, Engine::Soft);
    EXPECT_EQ(all.timeout, std::chrono::milliseconds{500});
    EXPECT_TRUE(all.strict);
}

TEST_F(BootOptionsTest, Expectations)
{
    const auto all = with({"--expect-ax", "42", "--expect-memory", "0x400=42:8", "--expect-memory", "0x500=1:1"});
    EXPECT_EQ(all.expected_ax, 42u);
    ASSERT_EQ(all.expected_memory.size(), 2u);
    EXPECT_EQ(all.expected_memory[0].at, GuestPhys{0x400});
    EXPECT_EQ(all.expected_memory[1].bytes, 1u);
}

TEST_F(BootOptionsTest, EveryModeAndEngineByName)
{
    for (const auto mode : {x86::Mode::Real, x86::Mode::Protected, x86::Mode::Paged, x86::Mode::Long})
        EXPECT_EQ(with({"--mode", std::string{name(mode)}}).as.mode, mode);
    for (const auto engine : {Engine::Auto, Engine::Kvm, Engine::Soft})
        EXPECT_EQ(with({"--engine", std::string{name(engine)}}).engine, engine);
}

TEST_F(BootOptionsTest, EnvironmentIsTheDefaultEngine)
{
    ::setenv("HUSK_ENGINE", "soft", 1);
    EXPECT_EQ(with({}).engine, Engine::Soft);
    EXPECT_EQ(with({"--engine", "kvm"}).engine, Engine::Kvm);
    ::setenv("HUSK_ENGINE", "xen", 1);
    EXPECT_EQ(refusal({}), "--engine: 'xen' is not auto, kvm or soft");
    EXPECT_EQ(refusal({"--engine", "kvm"}), "");
}

TEST_F(BootOptionsTest, WordsThatMakeNoSenseAreNamed)
{
    EXPECT_EQ(refusal({"--mode", "virtual"}), "--mode: 'virtual' is not real, protected, paged or long");
    EXPECT_EQ(refusal({"--mode", "Long"}), "--mode: 'Long' is not real, protected, paged or long");
    EXPECT_EQ(refusal({"--engine", "xen"}), "--engine: 'xen' is not auto, kvm or soft");
    EXPECT_EQ(refusal({"--timeout", "0"}), "--timeout: '0' is not a time to run for: it must be more than 0 seconds");
    for (const std::string option : {"--memory", "--load", "--entry", "--stack", "--expect-ax"})
        EXPECT_EQ(refusal({option, "zero"}), option + ": 'zero' is not a number: write it in decimal, or in hexadecimal with 0x");
    EXPECT_EQ(refusal({"--expect-memory", "0=1:3"}), "--expect-memory: '0=1:3' asks for a width that is not 1, 2, 4 or 8 bytes");
    EXPECT_EQ(refusal({"--expect-memory", "0=1:1", "--expect-memory", "x"}),
              "--expect-memory: 'x' is not of the form ADDR=VALUE:BYTES");
}

TEST_F(BootOptionsTest, EmptyWordsAreNotTakenForNone)
{
    for (const std::string option :
         {"--mode", "--memory", "--load", "--entry", "--stack", "--timeout", "--engine", "--expect-ax", "--expect-memory"}) {
        const std::string message = refusal({option, ""});
        EXPECT_EQ(message.substr(0, option.size() + 2), option + ": ");
        EXPECT_NE(message.find("''"), std::string::npos) << message;
    }
}

TEST_F(BootOptionsTest, NoSuchOptionAndNoSecondImage)
{
    EXPECT_NE(refusal({"--frob"}), "");
    EXPECT_NE(refusal({"another"}), "");
    EXPECT_NE(refusal({"--timeout"}), "") << "its word is missing";
    EXPECT_NE(refusal({"--memory", "2M", "--memory", "4M"}), "") << "twice";
    EXPECT_THROW(options({}), CLI::ParseError) << "no image";
}

}  // namespace
}  // namespace husk::cli
