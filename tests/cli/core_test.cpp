// `husk boot --core`, and what the real GDB makes of the file: images in all four modes, on each engine that this host has.
#include "guests/images.hpp"
#include "support/bytes.hpp"
#include "support/command.hpp"
#include "support/confined.hpp"
#include "support/gdb.hpp"
#include "support/image_file.hpp"
#include "support/temp_folder.hpp"

#include <husk/address.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>

namespace husk::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

struct Case {
    std::string engine, mode, guest;
    friend void PrintTo(const Case& shown, std::ostream* to) { *to << shown.engine << ' ' << shown.mode; }
};

std::vector<Case> cases()
{
    std::vector<Case> all;
    for (const std::string engine : {"kvm", "soft"}) {
        if (engine == "soft" && !HUSK_SOFT_ENGINE) continue;
        all.push_back({engine, "real", "debugged_stuck16"});
        all.push_back({engine, "protected", "debugged_fault32"});
        all.push_back({engine, "paged", "debugged_fault32"});
        all.push_back({engine, "long", "debugged_fault64"});
    }
    return all;
}

/// What GDB prints of a core, with symbols of `image` if that is one.
std::string gdb_of_core(const std::string& image, const std::string& core, const std::vector<std::string>& commands)
{
    return image.empty() ? gdb(commands, {"--core", core}) : gdb(commands, {image, "--core", core});
}

class CoreOfImage : public testing::TestWithParam<Case> {
protected:
    void SetUp() override
    {
        if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    }
    static std::string guests() { return HUSK_BINARY_DIR "/guests/"; }

    TempFolder folder_;
};

TEST_P(CoreOfImage, ShowsWhereItFaulted)
{
    const std::string core = folder_ / "core", name = guests() + GetParam().guest;
    const Finished run = run_husk(
        {"boot", name + ".bin", "--mode", GetParam().mode, "--engine", GetParam().engine, "--core", core, "--timeout", "20"});
    if (run.status == 122) GTEST_SKIP() << run.err;
    if (run.err.find("its registers are lost") != std::string::npos) {
        EXPECT_FALSE(std::filesystem::exists(core));
        GTEST_SKIP() << run.err;
    }
    const bool real = GetParam().mode == "real";
    EXPECT_TRUE(real ? run.status == 103 : run.status == 101 || run.status == 102) << run.status << run.err;
    EXPECT_THAT(run.err, HasSubstr("husk: core written to " + core + ": gdb --core " + core + "\n"));
    const std::string said =
        gdb_of_core(name + ".sym", core,
                    {"backtrace", real ? "p *(short*)&sum" : "p value", real ? "p $cs * 16" : "p sum", "info registers", "p $mxcsr",
                     real ? "set architecture i8086" : "p $st0", "x/i $pc", "info threads"});
    EXPECT_THAT(said, HasSubstr("Program terminated with signal SIG"));
    EXPECT_THAT(said, HasSubstr("[ IM DM ZM OM UM PM ]")) << "MXCSR";
    EXPECT_THAT(said, ContainsRegex(real ? "=> 0x[0-9a-f]+ <stuck\\+2>:\tjmp" : "=> 0x[0-9a-f]+ <divide\\+[0-9]+>:\tidiv"));
    EXPECT_THAT(said, HasSubstr("* 1    "));
    if (real) {
        EXPECT_THAT(said, HasSubstr("#0  stuck () at"));
        EXPECT_THAT(said, HasSubstr("$1 = 700"));
        return;
    }
    EXPECT_THAT(said, HasSubstr("divide (value=value@entry=2) at"));
    EXPECT_THAT(said, HasSubstr("in count (rounds=rounds@entry=3)"));
    EXPECT_THAT(said, HasSubstr("in _start ()"));
    EXPECT_THAT(said, HasSubstr("$1 = 2"));
    EXPECT_THAT(said, HasSubstr("$2 = 700"));
}

INSTANTIATE_TEST_SUITE_P(Each, CoreOfImage, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.engine + "_" + test.param.mode; });

/// An image that runs on whatever engine there is.
class CoreOfBoot : public testing::Test {
protected:
    CoreOfBoot() { std::filesystem::create_directory(folder_ / "out"); }

    std::string core() const { return folder_ / "out/core"; }
    std::size_t files() const
    {
        const std::filesystem::directory_iterator all{folder_ / "out"};
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
    template <std::size_t Size>
    Finished boot(const std::array<std::byte, Size>& code, std::vector<std::string> options = {}) const
    {
        const ImageFile image{code};
        options.insert(options.begin(), {"boot", image.path(), "--core", core()});
        return run_husk(options);
    }

    TempFolder folder_;
};

constexpr auto kUndefined = bytes(0x0F, 0x0B);  // ud2, and nobody handles it
constexpr auto kHalt = bytes(0xF4);
constexpr auto kSpin = bytes(0xEB, 0xFE);

TEST_F(CoreOfBoot, IsNotWrittenWhenAllIsWell)
{
    const Finished run = boot(kHalt);
    EXPECT_EQ(run.status, 0);
    EXPECT_EQ(run.err.find("core"), std::string::npos) << run.err;
    EXPECT_EQ(boot(bytes(0xB0, 0x03, 0xE6, 0xF4)).status, 3) << "exits with a code";
    EXPECT_EQ(files(), 0u);
}

TEST_F(CoreOfBoot, IsWrittenOfWhatHangsAndOfWrongAnswers)
{
    EXPECT_EQ(boot(kSpin, {"--timeout", "0.1"}).status, 124);
    EXPECT_EQ(files(), 1u);
    std::filesystem::remove(core());
    EXPECT_EQ(boot(kHalt, {"--expect-ax", "42"}).status, 100);
    EXPECT_EQ(files(), 1u);
}

TEST_F(CoreOfBoot, OfAnElfFileSaysHowToOpenIt)
{
    const ImageFile image{guests::long_elf()};
    const Finished run = run_husk({"boot", image.path(), "--core", core(), "--expect-ax", "0x123456789"});
    EXPECT_EQ(run.status, 100);
    EXPECT_THAT(run.err, HasSubstr("gdb " + image.path() + " " + core() + "\n"));
    if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    EXPECT_THAT(gdb_of_core(image.path(), core(), {"x/i $rip-1", "info symbol $rip"}), HasSubstr("hlt"));
}

TEST_F(CoreOfBoot, HoldsWhatWasTouched)
{
    const Finished run = boot(kUndefined, {"--memory", "3G"});
    EXPECT_NE(run.status, 0);
    EXPECT_EQ(files(), 1u) << run.err;
    struct stat status {};
    ASSERT_EQ(::stat(core().c_str(), &status), 0);
    constexpr std::uint64_t kBlock = 512;
    EXPECT_GE(static_cast<std::uint64_t>(status.st_size), 3_GiB);
    EXPECT_LT(static_cast<std::uint64_t>(status.st_blocks) * kBlock, 1_MiB);
}

// Tables that are each other's: the first four entries of the one table are the table itself, on all levels.
TEST_F(CoreOfBoot, TablesWithoutEndMeetABound)
{
    constexpr auto code = bytes(0x48, 0xB8, 0x07, 0x90, 0, 0, 0, 0, 0, 0,  // mov rax, 0x9007
                                0xBF, 0, 0x90, 0, 0, 0xB9, 0, 1, 0, 0,     // mov edi, 0x9000; mov ecx, 256
                                0xF3, 0x48, 0xAB,                          // rep stosq
                                0x48, 0x89, 0x04, 0x25, 0x08, 0x20, 0, 0,  // mov [0x2008], rax: the second 512 GiB
                                0x0F, 0x0B);                               // ud2
    const Finished run = boot(code);
    EXPECT_THAT(run.err, HasSubstr("husk: core written to "));
    EXPECT_THAT(run.err, HasSubstr("does not hold all of memory"));
    EXPECT_LT(std::filesystem::file_size(core()), 16_MiB);
    if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    EXPECT_THAT(gdb_of_core("", core(), {"x/i $rip"}), HasSubstr("ud2"));
}

TEST_F(CoreOfBoot, WhatCannotBeWrittenIsSaidBeforeItRuns)
{
    constexpr auto code = bytes(0xB0, 'x', 0xE6, 0xE9, 0x0F, 0x0B);
    const ImageFile image{code};
    for (const char* const path : {"/nonexistent/core", "/dev/full", "/"}) {
        const Finished run = run_husk({"boot", image.path(), "--core", path});
        EXPECT_EQ(run.status, 122) << path;
        EXPECT_EQ(run.out, "") << path;
    }
    EXPECT_EQ(run_husk({"boot", image.path(), "--core", ""}).status, 120);
    EXPECT_EQ(run_husk({"boot", image.path(), "--core", "-"}).status, 120);
}

TEST_F(CoreOfBoot, AFullDiskIsSaidAndLeavesNothing)
{
    const ChildEnd end = in_child([&] {
        constexpr int kNoMount = 77;
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kNoMount;
        if (::mount("none", (folder_ / "out").c_str(), "tmpfs", 0, "size=4k") != 0) return kNoMount;
        const Finished run = boot(kHalt, {"--expect-ax", "42"});
        if (run.status != 100) return 1;
        if (run.err.find("No space left on device: no core was written") == std::string::npos) return 2;
        return files() == 0 ? 0 : 3;
    });
    if (end.status == 77) GTEST_SKIP() << "this process may not mount";
    EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

TEST_F(CoreOfBoot, OfAThawedImage)
{
    const std::string frozen = folder_ / "frozen";
    const ImageFile image{kSpin};
    const Finished freeze = run_husk({"freeze", "-o", frozen, "--at", "after:0.1", "--boot", image.path()});
    ASSERT_EQ(freeze.status, 0) << freeze.err;
    EXPECT_EQ(run_husk({"thaw", frozen, "--core", core(), "--timeout", "0.1"}).status, 124);
    EXPECT_EQ(files(), 1u);
    EXPECT_EQ(run_husk({"thaw", frozen, "--core", core(), "--count", "2"}).status, 120);
    if (!has_gdb()) GTEST_SKIP() << kNoGdb;
    EXPECT_THAT(gdb_of_core("", core(), {"x/i $rip"}), HasSubstr("jmp"));
}

}  // namespace
}  // namespace husk::test
