// Names of places in code by files that are opened later: only where they are still what was mapped.
#include "program/trace/code_names.hpp"

#include "support/elf_builder.hpp"

#include <husk/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace husk::program {
namespace {

constexpr std::uint64_t kCode = 0x401000, kInFile = 0x1000, kSize = 0x100;
constexpr std::uint64_t kPlace = 0x7000'0000;  // where it is mapped
const MappedCode kMapped{kPlace, kPlace + kPageSize, kInFile, "/lib/lib.so"};

std::vector<std::byte> library()
{
    test::Elf64Builder elf;
    elf.type = ET_DYN;
    elf.segments.push_back(
        {.vaddr = kCode, .bytes = test::pattern(kSize), .memsz = kSize, .flags = PF_R | PF_X, .align = kPageSize});
    elf.add_symbols({{"open_it", kCode, 0x20}, {"read_it", kCode + 0x40, 0x10}});
    return elf.build();
}

/// Memory as it is when all of the file's page is mapped.
class CodeNamesTest : public testing::Test {
protected:
    CodeNames names()
    {
        return CodeNames{[this](const std::string& path) -> std::unique_ptr<ByteSource> {
                             opened_.push_back(path);
                             if (file_.empty()) return nullptr;
                             return std::make_unique<MemorySource>(file_);
                         },
                         [this](std::uint64_t at, std::span<std::byte> into) {
                             if (at < kPlace || at - kPlace + into.size() > memory_.size()) return false;
                             std::ranges::copy(std::span{memory_}.subspan(at - kPlace, into.size()), into.begin());
                             return true;
                         }};
    }

    std::vector<std::byte> file_ = library();
    std::vector<std::byte> memory_ = [this] {
        std::vector<std::byte> page(file_.begin() + kInFile, file_.end());
        page.resize(kPageSize);
        return page;
    }();
    std::vector<std::string> opened_;
};

TEST_F(CodeNamesTest, ByTheFileWhoseCodeItIs)
{
    auto all = names();
    EXPECT_EQ(all.at(kMapped, kPlace + 4), "open_it+0x4 (lib.so)");
    EXPECT_EQ(all.at(kMapped, kPlace + 0x40), "read_it (lib.so)");
    EXPECT_EQ(all.at(kMapped, kPlace + 0x30), "lib.so+0x401030") << "where no symbol is";
    EXPECT_THAT(opened_, testing::ElementsAre("/lib/lib.so")) << "once";
}

TEST_F(CodeNamesTest, AFileThatIsAnotherNow)
{
    file_.at(kInFile + 0x80) ^= std::byte{1};
    EXPECT_EQ(names().at(kMapped, kPlace + 4), "") << "the page is not what it was";
    file_.resize(kInFile);
    EXPECT_EQ(names().at(kMapped, kPlace + 4), "") << "the file ends before";
    file_.clear();
    EXPECT_EQ(names().at(kMapped, kPlace + 4), "") << "it is not there";
}

TEST_F(CodeNamesTest, WhatIsNoPlaceOfTheCode)
{
    auto all = names();
    for (const std::uint64_t at : {std::uint64_t{0}, kPlace - 1, kPlace + kPageSize, ~std::uint64_t{0}})
        EXPECT_EQ(all.at(kMapped, at), "");
    EXPECT_EQ(all.at({kPlace, kPlace + kPageSize, kInFile, ""}, kPlace), "") << "no file";
    EXPECT_EQ(all.at({kPlace, kPlace + kPageSize, ~std::uint64_t{0} - 10, "/far"}, kPlace), "");
    memory_.clear();
    EXPECT_EQ(names().at(kMapped, kPlace + 4), "") << "memory that cannot be read";
}

TEST_F(CodeNamesTest, AFileThatTheHostCannotRead)
{
    class Broken final : public ByteSource {
        std::uint64_t size() const override { return kPageSize; }
        std::size_t read(std::uint64_t, std::span<std::byte>) const override { throw Error{"pread", EIO, "it"}; }
    };
    CodeNames all{[](const std::string&) { return std::make_unique<Broken>(); },
                  [](std::uint64_t, std::span<std::byte>) { return true; }};
    EXPECT_EQ(all.at(kMapped, kPlace + 4), "");
    EXPECT_EQ(all.at(kMapped, kPlace + 4), "");
}

}  // namespace
}  // namespace husk::program
