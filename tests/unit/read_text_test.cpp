#include "base/read_text.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace husk::test {
namespace {

TEST(ReadText, IsAllOfAFile)
{
    const TempFolder folder;
    for (const std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 20'000u}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i % 251);
        const std::string path = folder.path() + "/" + std::to_string(size);
        std::ofstream{path} << text;
        EXPECT_EQ(read_text(path), text);
    }
}

TEST(ReadText, ReadsWhatDoesNotTellItsSize)
{
    const auto maps = read_text("/proc/self/maps");
    ASSERT_TRUE(maps);
    EXPECT_TRUE(maps->ends_with("\n"));
    EXPECT_NE(maps->find("[stack]"), std::string::npos);
}

TEST(ReadText, IsNothingWhereNothingCanBeRead)
{
    const TempFolder folder;
    EXPECT_EQ(read_text(folder.path() + "/missing"), std::nullopt);
    EXPECT_EQ(read_text(folder.path()), std::nullopt) << "a folder opens, and cannot be read";
    EXPECT_EQ(read_text(""), std::nullopt);
}

}  // namespace
}  // namespace husk::test
