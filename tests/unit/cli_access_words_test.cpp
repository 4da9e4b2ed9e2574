// What accesses of a program come to, by the tables of its machine and what is mapped below them.
#include "cli/access_words.hpp"

#include "program/frozen/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace husk::cli {
namespace {

using program::FrozenArea;
using testing::HasSubstr;

constexpr std::uint64_t kCode = 0x40'0000, kData = 0x50'0000, kSealed = 0x51'0000, kFar = 0x7000'0000;

class AccessWords : public testing::Test {
protected:
    static program::FrozenContent content()
    {
        program::FrozenContent all;
        const auto area = [&](std::uint64_t begin, int protection, std::string name) {
            all.state.areas.push_back({.begin = begin,
                                       .end = begin + kPageSize,
                                       .protection = static_cast<std::uint32_t>(protection),
                                       .flags = MAP_PRIVATE,
                                       .name = std::move(name)});
        };
        area(kCode, PROT_READ | PROT_EXEC, "/bin/it");
        area(kData, PROT_READ | PROT_WRITE, "");
        area(kSealed, PROT_NONE, "");
        all.state.threads.emplace_back();
        all.state.vdso = program::FrozenVdso{.hash = 1, .size = 2 * kPageSize};
        return all;
    }
    static std::vector<MappedArea> areas()
    {
        std::vector<MappedArea> all;
        for (const FrozenArea& area : content_.state.areas)
            all.push_back({.begin = {area.begin},
                           .size = area.end - area.begin,
                           .readable = (area.protection & PROT_READ) != 0,
                           .writable = (area.protection & PROT_WRITE) != 0,
                           .executable = (area.protection & PROT_EXEC) != 0,
                           .file_offset = 0x2000,
                           .name = area.name});
        all.push_back(
            {.begin = {program::layout::kVdso}, .size = 2 * kPageSize, .readable = true, .executable = true, .name = "[vdso]"});
        all.push_back({.begin = {program::layout::kHusk}, .size = 6_MiB, .name = "Husk's"});
        return all;
    }
    static debug::AddressWords walk(std::uint64_t address)
    {
        return debug::explain_walk(machine_.memory, machine_.system, x86::Rflags::One, {address});
    }
    /// The signals of reading, writing and executing.
    static std::vector<std::string> signals(std::uint64_t address)
    {
        std::vector<std::string> all;
        for (const ProgramAccess& access : program_accesses(walk(address), areas()))
            all.push_back(access.signal.empty() ? "yes" : fmt::format("{} {:#x}", access.signal.substr(9), *access.error_code));
        return all;
    }

    static inline const program::FrozenContent content_ = content();
    static inline const program::FrozenMachine machine_ = program::machine_of(content_, 0);
};

TEST_F(AccessWords, RightsOfTheArea)
{
    EXPECT_THAT(signals(kCode), testing::ElementsAre("yes", "SEGV_ACCERR 0x6", "yes"));
    EXPECT_THAT(signals(kData), testing::ElementsAre("yes", "yes", "yes")) << "no table of a program has NX";
    EXPECT_THAT(signals(kSealed), testing::ElementsAre("SEGV_ACCERR 0x4", "SEGV_ACCERR 0x6", "SEGV_ACCERR 0x14"));
    EXPECT_THAT(program_accesses(walk(kData), areas()).at(2).why, HasSubstr("no entry has NX"));
    EXPECT_EQ(program_accesses(walk(kCode), areas()).at(2).why, "");
}

TEST_F(AccessWords, WhereNothingIs)
{
    for (const std::uint64_t address : {std::uint64_t{0}, kData + kPageSize, kFar, program::layout::kSpace, std::uint64_t{1} << 46})
        EXPECT_THAT(signals(address), testing::ElementsAre("SEGV_MAPERR 0x4", "SEGV_MAPERR 0x6", "SEGV_MAPERR 0x14")) << address;
}

TEST_F(AccessWords, WhatIsNotTheProgramsOwn)
{
    EXPECT_THAT(signals(program::layout::kVdso), testing::ElementsAre("yes", "SEGV_MAPERR 0x6", "yes"));
    EXPECT_THAT(signals(program::layout::kHusk), testing::ElementsAre("SEGV_MAPERR 0x5", "SEGV_MAPERR 0x7", "SEGV_MAPERR 0x15"))
        << "its pages are there, for ring 0";
    EXPECT_THAT(signals(std::uint64_t{1} << 63), testing::ElementsAre("SI_KERNEL 0x0", "SI_KERNEL 0x0", "SI_KERNEL 0x0"));
}

TEST_F(AccessWords, Text)
{
    const std::string code = access_text(walk(kCode + 5), areas(), {});
    EXPECT_THAT(
        code,
        HasSubstr(
            "in the program\n  /bin/it, r-x, 0x5 from its start at 0x400000\n  byte 0x2005 of that file, mapped privately\n"));
    EXPECT_THAT(code,
                HasSubstr("  read    yes\n  write   SIGSEGV, SEGV_ACCERR, error code 0x6: the area, r-x, does not allow it; "));
    EXPECT_THAT(access_text(walk(kFar), areas(), {}), HasSubstr("nothing that is mapped; below it anonymous memory ends at"));
}

TEST_F(AccessWords, Json)
{
    const auto json = access_json(walk(kCode), areas());
    EXPECT_EQ(json.at("accesses").at(1).at("signal"), "SIGSEGV, SEGV_ACCERR");
    EXPECT_EQ(json.at("accesses").at(1).at("error_code"), "0x6");
    EXPECT_EQ(json.at("accesses").at(0).at("error_code"), nullptr);
}

}  // namespace
}  // namespace husk::cli
