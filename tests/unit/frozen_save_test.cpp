// A frozen file is saved whole or not at all, whenever the process is killed and whatever the disk says.
#include "frozen/draft.hpp"
#include "frozen/file.hpp"
#include "support/confined.hpp"
#include "support/errors.hpp"
#include "support/killed.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <sched.h>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>

namespace husk::test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSize = 64_KiB;

std::shared_ptr<const MemoryImage> image_of(char fill)
{
    GuestMemory memory{std::vector<MemoryRegion>{{.base = {}, .size = kSize}}};
    const std::vector<std::byte> page(kPageSize, std::byte(fill));
    for (const std::uint64_t at : {0_KiB, 8_KiB, 60_KiB}) EXPECT_TRUE(memory.write(GuestPhys{at}, page));
    return MemoryImage::of(memory);
}

std::string all_of(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

class FrozenSave : public testing::Test {
protected:
    /// The names in the folder, but for the file's own.
    std::vector<std::string> others() const
    {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{folder_.path()})
            if (entry.path() != path_) names.push_back(entry.path().filename());
        return names;
    }
    /// Kills at every moment; what is in the file then.
    std::vector<std::string> left_by_kills(const std::function<void()>& before, const std::function<void()>& act)
    {
        std::vector<std::string> left;
        for (unsigned stop = 0;; ++stop) {
            before();
            const bool killed = killed_at(stop, act);
            left.push_back(all_of(path_));
            for (const std::string& name : others()) {
                EXPECT_TRUE(name.starts_with(frozen::Draft::kDraftName)) << name;
                EXPECT_EQ(others().size(), 1u);
                EXPECT_EQ(all_of(folder_ / name), new_bytes_);  // whole, too
                std::filesystem::remove(folder_ / name);
            }
            if (!killed) return left;
        }
    }
    void save_old() const { frozen::save(path_, "old", *old_); }
    void save_new() const { frozen::save(path_, "new and longer", *new_); }

    TempFolder folder_;
    TempFolder apart_;
    std::string path_ = folder_ / "frozen";
    std::shared_ptr<const MemoryImage> old_ = image_of('o'), new_ = image_of('n');
    std::string new_bytes_ = [this] {
        frozen::save(apart_ / "new", "new and longer", *new_);
        return all_of(apart_ / "new");
    }();
    std::string old_bytes_ = [this] {
        frozen::save(apart_ / "old", "old", *old_);
        return all_of(apart_ / "old");
    }();
};

TEST_F(FrozenSave, KilledAtAnyMomentLeavesTheOldFileOrTheNew)
try {
    const auto left = left_by_kills([&] { save_old(); }, [&] { save_new(); });
    for (const std::string& bytes : left) EXPECT_TRUE(bytes == old_bytes_ || bytes == new_bytes_) << bytes.size();
    EXPECT_EQ(left.front(), old_bytes_);
    EXPECT_EQ(left.back(), new_bytes_);
    EXPECT_GT(left.size(), 20u);
} catch (const std::system_error& error) {
    GTEST_SKIP() << error.what();
}

TEST_F(FrozenSave, KilledAtAnyMomentLeavesNoFileOrAWholeOne)
try {
    const auto left = left_by_kills([&] { std::filesystem::remove(path_); }, [&] { save_new(); });
    for (const std::string& bytes : left) EXPECT_TRUE(bytes.empty() || bytes == new_bytes_) << bytes.size();
    EXPECT_EQ(left.front(), "");
    EXPECT_EQ(left.back(), new_bytes_);
} catch (const std::system_error& error) {
    GTEST_SKIP() << error.what();
}

TEST_F(FrozenSave, AFullDiskIsAnErrorAndLeavesNothing)
{
    // A file system of 7 pages, in a child that has mounts of its own: the old file fits, the new one beside it does not.
    const ChildEnd end = in_child([&] {
        constexpr int kNoMount = 77;
        if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kNoMount;
        if (::mount("none", folder_.path().c_str(), "tmpfs", 0, "size=28k") != 0) return kNoMount;
        save_old();
        const auto error = error_of([&] { save_new(); });
        if (!error || error->code().value() != ENOSPC) return 1;
        if (all_of(path_) != old_bytes_ || !others().empty()) return 2;
        std::filesystem::remove(path_);
        std::ofstream{folder_ / "other"} << std::string(20_KiB, 'x');
        if (!error_of([&] { save_new(); })) return 3;
        return others().size() == 1 && !std::filesystem::exists(path_) ? 0 : 4;
    });
    if (end.status == 77) GTEST_SKIP() << "this process may not mount";
    EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

TEST_F(FrozenSave, ALimitOnFilesIsAnError)
{
    const ChildEnd end = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{.rlim_cur = 8192, .rlim_max = 8192};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto error = error_of([&] { save_new(); });
        return error && error->code().value() == EFBIG && others().empty() && !std::filesystem::exists(path_) ? 0 : 1;
    });
    EXPECT_EQ(end, (ChildEnd{.status = 0, .signal = 0}));
}

TEST_F(FrozenSave, TakesThePlaceOfRegularFilesOnly)
{
    const std::string link = folder_ / "link";
    save_old();
    std::filesystem::create_symlink(path_, link);
    frozen::save(link, "new and longer", *new_);
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(all_of(path_), new_bytes_);

    const std::string fifo = folder_ / "fifo";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const auto error = error_of([&] { frozen::save(fifo, "new", *new_); });
    ASSERT_TRUE(error);
    EXPECT_THAT(error->what(), HasSubstr("is not a regular file, and is left alone"));
    EXPECT_TRUE(std::filesystem::is_fifo(fifo));
    EXPECT_EQ(error_of([&] { frozen::save("/dev/null", "new", *new_); })->code().value(), EEXIST);
    EXPECT_EQ(error_of([&] { frozen::save(folder_.path(), "new", *new_); })->code().value(), EISDIR);
    EXPECT_EQ(error_of([&] { frozen::save(folder_ / "none/file", "new", *new_); })->code().value(), ENOENT);
}

TEST_F(FrozenSave, HasTheRightsOfANewFileAndAnyName)
{
    const mode_t before = ::umask(027);
    const std::string longest = folder_ / std::string(255, 'n');
    frozen::save(longest, "new", *new_);
    frozen::save(longest, "new", *new_);
    ::umask(before);
    struct stat status {};
    ASSERT_EQ(::stat(longest.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

}  // namespace
}  // namespace husk::test
