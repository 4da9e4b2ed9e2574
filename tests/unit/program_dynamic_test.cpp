// Dynamic sections: what they name, and that what is damaged is refused by entry and place.
#include "program/image/dynamic.hpp"
#include "support/library.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace husk::program {
namespace {

using test::Library;
using test::put;

tl::expected<Dynamic, ExecutableError> parse(std::span<const std::byte> file)
{
    const MemorySource source{file};
    return read_program_headers(source).and_then([&](const ProgramHeaders& headers) { return read_dynamic(source, headers); });
}

/// File offset of the value of entry `index`.
std::size_t value_at(const Library& library, std::size_t index)
{
    return library.dynamic_at() + index * sizeof(Elf64_Dyn) + offsetof(Elf64_Dyn, d_un);
}

void expect_refused(std::span<const std::byte> file, const std::string& field, std::uint64_t offset, const std::string& problem)
{
    const auto dynamic = parse(file);
    ASSERT_FALSE(dynamic) << field;
    EXPECT_EQ(dynamic.error().what.field, field) << describe(dynamic.error());
    EXPECT_EQ(dynamic.error().what.offset, offset) << describe(dynamic.error());
    EXPECT_NE(dynamic.error().what.problem.find(problem), std::string::npos) << describe(dynamic.error());
    EXPECT_EQ(dynamic.error().code, ELIBBAD);
}

TEST(ProgramDynamic, NamesOfOtherFiles)
{
    const Library library{
        .needed = {"liba.so", "libb.so"}, .soname = "libself.so", .rpath = "/r:/s", .runpath = "", .flags_1 = DF_1_NODEFLIB};
    const auto dynamic = parse(library.build());
    ASSERT_TRUE(dynamic) << describe(dynamic.error());
    EXPECT_EQ(*dynamic, (Dynamic{.needed = {"liba.so", "libb.so"},
                                 .soname = "libself.so",
                                 .rpath = "/r:/s",
                                 .runpath = "",
                                 .no_default_directories = true}));
}

TEST(ProgramDynamic, NoneIsEmpty)
{
    EXPECT_EQ(parse(test::linux_program().build()), Dynamic{});
    EXPECT_EQ(parse(Library{}.build()), Dynamic{});
}

TEST(ProgramDynamic, LastOfAKindCountsAndNothingBehindTheEnd)
{
    // "b.so" is at 3 in the string table: "\0lib.so\0".
    const Library library{.soname = "lib.so", .more = {{DT_SONAME, 3}, {DT_NULL, 0}, {DT_NEEDED, 1}}};
    EXPECT_EQ(parse(library.build()), (Dynamic{.soname = "b.so"}));
}

TEST(ProgramDynamic, LongStringsAreReadToTheirEnd)
{
    for (const std::size_t size : {255, 256, 257, 511, 512, 4000, 60'000}) {
        const std::string path(size, 'x');
        EXPECT_EQ(parse(Library{.runpath = path}.build()), (Dynamic{.runpath = path})) << size;
    }
}

TEST(ProgramDynamic, DamagedStringsAreRefused)
{
    const Library library{.needed = {"liba.so"}};
    const auto good = library.build();
    const auto with = [&](std::size_t entry, std::uint64_t value) {
        auto file = good;
        put(file, value_at(library, entry), value);
        return file;
    };
    expect_refused(with(0, 9), "DT_NEEDED", value_at(library, 0), "beyond the string table");
    expect_refused(with(0, ~0ull), "DT_NEEDED", value_at(library, 0), "beyond the string table");
    expect_refused(with(1, 0x100000), "DT_STRTAB", value_at(library, 1), "in no segment");
    expect_refused(with(1, ~0ull), "DT_STRTAB", value_at(library, 1), "in no segment");
    expect_refused(with(2, 4), "DT_NEEDED", value_at(library, 0), "has no end");
    expect_refused(with(2, 0), "DT_NEEDED", value_at(library, 0), "beyond the string table");
    // A size that is too large is cut to the segment's.
    EXPECT_TRUE(parse(with(2, ~0ull)));
    // No table at all.
    auto file = good;
    put(file, value_at(library, 1) - sizeof(Elf64_Dyn::d_tag), std::int64_t{DT_DEBUG});
    expect_refused(file, "DT_NEEDED", value_at(library, 0), "beyond the string table");
}

TEST(ProgramDynamic, SectionOutOfTheFileIsRefused)
{
    auto file = Library{.needed = {"liba.so"}}.build();
    const auto offset = test::Elf64Builder::header_of(1) + offsetof(Elf64_Phdr, p_offset);
    for (const std::uint64_t value : {std::uint64_t{file.size()}, std::uint64_t{file.size() - 1}, ~std::uint64_t{0}}) {
        put(file, offset, value);
        expect_refused(file, "p_offset of program header 1", offset, "not in the file");
    }
}

TEST(ProgramDynamic, TooMuchIsRefused)
{
    Library many;
    many.more.assign(3000, {DT_DEBUG, 0});
    expect_refused(many.build(), "p_filesz of program header 1", test::Elf64Builder::header_of(1) + offsetof(Elf64_Phdr, p_filesz),
                   "more than 2048 entries");
    // One long string that all entries share.
    Library shared{.needed = {std::string(1000, 'x')}};
    for (int i = 0; i < 100; ++i) shared.more.push_back({DT_NEEDED, 1});
    expect_refused(shared.build(), "DT_NEEDED", value_at(shared, 67), "more than 65536 bytes");
    const Library longest{.rpath = std::string(70'000, 'x')};
    expect_refused(longest.build(), "DT_RPATH", value_at(longest, 0), "more than 65536 bytes");
}

TEST(ProgramDynamic, SectionWithoutEndIsTakenAsItIs)
{
    const Library library{.needed = {"liba.so"}};
    auto file = library.build();
    put(file, test::Elf64Builder::header_of(1) + offsetof(Elf64_Phdr, p_filesz), std::uint64_t{3 * sizeof(Elf64_Dyn) + 5});
    EXPECT_EQ(parse(file), (Dynamic{.needed = {"liba.so"}}));
}

}  // namespace
}  // namespace husk::program
