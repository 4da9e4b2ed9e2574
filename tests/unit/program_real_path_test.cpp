// Where paths lead: as the kernel says, and never out of the root.
#include "program/image/real_path.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <filesystem>

namespace husk::program {
namespace {

class ProgramRealPath : public testing::Test {
protected:
    ProgramRealPath()
    {
        folder_.write("usr/lib/libz.so.1.2", "");
        folder_.link("usr/lib/libz.so.1", "libz.so.1.2");
        folder_.link("lib", "usr/lib");
        folder_.link("absolute", "/usr/lib/libz.so.1");
        folder_.link("up", "../../../usr");
        folder_.link("loop", "loop");
        folder_.link("gone", "no/such");
    }

    tl::expected<RealPath, int> real(const std::string& path, std::size_t steps = 1000) const
    {
        Budget budget{steps};
        return real_path(folder_.path(), path, budget);
    }
    std::string path_of(const std::string& path) const { return real(path).value_or(RealPath{}).path; }
    int problem_of(const std::string& path) const
    {
        const auto found = real(path);
        return found ? 0 : found.error();
    }

    test::TempFolder folder_;
};

TEST_F(ProgramRealPath, LinksOnTheWayAreTold)
{
    EXPECT_EQ(real("/lib/libz.so.1"),
              (RealPath{"/usr/lib/libz.so.1.2", {{"/lib", "usr/lib"}, {"/usr/lib/libz.so.1", "libz.so.1.2"}}}));
    EXPECT_EQ(real("/usr/lib/libz.so.1.2"), (RealPath{"/usr/lib/libz.so.1.2", {}}));
}

TEST_F(ProgramRealPath, StaysInTheRoot)
{
    EXPECT_EQ(path_of("/absolute"), "/usr/lib/libz.so.1.2");
    EXPECT_EQ(path_of("/up/lib"), "/usr/lib");
    EXPECT_EQ(path_of("/../../usr/./lib//../lib/"), "/usr/lib");
    EXPECT_EQ(path_of("/"), "/");
    EXPECT_EQ(path_of("/lib/.."), "/usr");
}

TEST_F(ProgramRealPath, Refusals)
{
    EXPECT_EQ(problem_of("/loop"), ELOOP);
    EXPECT_EQ(problem_of("/gone"), ENOENT);
    EXPECT_EQ(problem_of("/no/../usr"), ENOENT);
    EXPECT_EQ(problem_of("/absolute/"), ENOTDIR);
    EXPECT_EQ(problem_of("/absolute/.."), ENOTDIR);
    EXPECT_EQ(problem_of("/absolute/x"), ENOTDIR);
    EXPECT_EQ(problem_of("/" + std::string(NAME_MAX + 1, 'x')), ENAMETOOLONG);
    EXPECT_EQ(problem_of("/" + std::string(PATH_MAX, 'x')), ENAMETOOLONG);
    EXPECT_EQ(problem_of("usr"), ENOENT);
    EXPECT_EQ(problem_of(""), ENOENT);
}

TEST_F(ProgramRealPath, AtMostFortyLinks)
{
    std::string next = "usr";
    for (int i = 1; i <= 41; ++i) {
        const auto name = "link" + std::to_string(i);
        folder_.link(name, next);
        next = name;
    }
    EXPECT_EQ(problem_of("/link40"), 0);
    EXPECT_EQ(problem_of("/link41"), ELOOP);
}

TEST_F(ProgramRealPath, BudgetEndsTheWalk)
{
    EXPECT_TRUE(real("/usr/lib/libz.so.1.2", 3));
    EXPECT_EQ(real("/usr/lib/libz.so.1.2", 2).error(), ELOOP);
    // What a link leads through counts as well: itself, and 1001 components.
    std::string wide = "/usr";
    for (int i = 0; i < 500; ++i) wide += "/../usr";
    folder_.link("wide", wide);
    EXPECT_TRUE(real("/wide", 1002));
    EXPECT_EQ(real("/wide", 1001).error(), ELOOP);
}

TEST_F(ProgramRealPath, AgreesWithTheKernelWithoutARoot)
{
    for (const char* name : {"lib/libz.so.1", "lib/../lib/.", "usr"}) {
        Budget budget{1000};
        const auto path = folder_ / name;
        EXPECT_EQ(real_path("", path, budget).value_or(RealPath{}).path, std::filesystem::canonical(path).string());
    }
}

}  // namespace
}  // namespace husk::program
