// Hostile bytes in place of executables, libraries and scripts: every value of every header byte, every length, random headers;
// what is given keeps the rules, what is refused is named.
#include "support/library.hpp"
#include "support/program_rules.hpp"

#include <gtest/gtest.h>

#include <random>

namespace husk::program {
namespace {

struct Case {
    const char* name;
    std::vector<std::byte> file;
    std::size_t begin;  ///< the bytes that are changed
    std::size_t end;
};

std::vector<Case> cases()
{
    auto elf = test::linux_program();
    test::add_interpreter(elf, "/lib64/ld-linux-x86-64.so.2");
    const test::Library library{
        .needed = {"liba.so"}, .soname = "libx.so", .rpath = "/a", .runpath = "/b:$ORIGIN", .interpreter = "/ld"};
    auto built = library.build();
    return {
        {"program", elf.build(), 0, test::Elf64Builder::header_of(5)},
        {"library's headers", built, 0, test::Elf64Builder::header_of(3)},
        {"library's dynamic section", built, test::Library::kStrings, built.size()},
        {"script", test::text_bytes("#! /bin/sh -e \n"), 0, 15},
    };
}

TEST(ProgramMutation, EveryValueOfEveryHeaderByte)
{
    for (const Case& one : cases()) {
        for (std::size_t at = one.begin; at < one.end; ++at) {
            auto file = one.file;
            for (unsigned value = 0; value < 256; ++value) {
                file[at] = static_cast<std::byte>(value);
                ASSERT_EQ(test::broken_program_rule(file), std::nullopt) << one.name << ", byte " << at << " = " << value;
            }
        }
    }
}

TEST(ProgramMutation, EveryLength)
{
    for (const Case& one : cases())
        for (std::size_t length = 0; length <= one.file.size(); ++length)
            ASSERT_EQ(test::broken_program_rule(std::span{one.file}.first(length)), std::nullopt) << one.name << ", " << length;
}

/// A number as a hostile header may have it: around nothing, pages, the file's end, the ends of all addresses and of numbers.
std::uint64_t number(std::mt19937_64& random)
{
    constexpr std::uint64_t kAround[] = {0, 1, 0x40, 0x1000, 0x2000, 0x401000, kAddressEnd, 1ull << 63, ~0ull};
    const auto base = kAround[random() % std::size(kAround)];
    switch (random() % 4) {
        case 0: return base;
        case 1: return base + random() % 0x20 - 0x10;
        case 2: return base - (random() % 4 << 12);
        default: return random() >> random() % 64;
    }
}

TEST(ProgramMutation, RandomHeaders)
{
    std::mt19937_64 random{20261125};
    const auto all = cases();
    std::size_t good = 0;
    for (int round = 0; round < 60'000; ++round) {
        const Case& one = all[static_cast<std::size_t>(random() % 3)];
        auto file = one.file;
        for (auto changes = random() % 6 + 1; changes > 0; --changes) {
            // Any field of any header; the ELF header's are of 2 and 8 bytes, the others' mostly of 8.
            const auto header = random() % 4;
            const auto at = header == 0 ? random() % 32 * 2 : test::Elf64Builder::header_of(header - 1) + random() % 7 * 8;
            if (header == 0)
                test::put(file, at, static_cast<std::uint16_t>(number(random)));
            else if (random() % 8 == 0)
                test::put(file, at, static_cast<std::uint32_t>(random() % 8));  // p_type
            else
                test::put(file, at, number(random));
        }
        ASSERT_EQ(test::broken_program_rule(file), std::nullopt) << "round " << round;
        good += parse_executable(file) ? 1 : 0;
    }
    EXPECT_GT(good, 1000u) << "the test must not only meet what is refused";
}

TEST(ProgramMutation, RandomDynamicSections)
{
    std::mt19937_64 random{1125};
    constexpr std::int64_t kTags[] = {DT_NULL, DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH, DT_STRTAB, DT_STRSZ, DT_FLAGS_1, -1};
    for (int round = 0; round < 20'000; ++round) {
        test::Library library{.needed = {"liba.so", "libb.so"}, .runpath = "/a:/b"};
        for (auto count = random() % 8; count > 0; --count)
            library.more.emplace_back(kTags[random() % std::size(kTags)], random() % 2 == 0 ? random() % 40 : number(random));
        ASSERT_EQ(test::broken_program_rule(library.build()), std::nullopt) << "round " << round;
    }
}

}  // namespace
}  // namespace husk::program
