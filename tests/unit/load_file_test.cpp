// Reading an image's file: only a regular one, whole, and within the limit.
#include <husk/error.hpp>
#include <husk/image.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

namespace husk {
namespace {

namespace fs = std::filesystem;

class LoadFile : public testing::Test {
protected:
    LoadFile()
    {
        std::string name = (fs::temp_directory_path() / "husk-load-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw Error{"mkdtemp", errno, name};
        folder_ = name;
    }
    ~LoadFile() override { fs::remove_all(folder_); }

    fs::path file(std::string_view content) const
    {
        std::ofstream{folder_ / "image", std::ios::binary} << content;
        return folder_ / "image";
    }

    static void expect_refused(const fs::path& path, int error, std::uint64_t limit = 1_MiB)
    {
        try {
            read_image_file(path, limit);
            ADD_FAILURE() << path << " was read";
        } catch (const Error& refused) {
            EXPECT_EQ(refused.code().value(), error) << refused.what();
            EXPECT_FALSE(refused.call().empty());
            EXPECT_NE(std::string{refused.what()}.find(path.native()), std::string::npos) << refused.what();
        }
    }

    fs::path folder_;
};

TEST_F(LoadFile, IsReadWhole)
{
    const std::string content(100000, 'x');
    const auto bytes = read_image_file(file(content));
    ASSERT_EQ(bytes.size(), content.size());
    EXPECT_EQ(bytes.back(), std::byte{'x'});
    EXPECT_TRUE(read_image_file(file("")).empty());
}

TEST_F(LoadFile, LimitIsInclusive)
{
    EXPECT_EQ(read_image_file(file("1234"), 4).size(), 4u);
    expect_refused(file("12345"), EFBIG, 4);
}

TEST_F(LoadFile, MissingIsNamed)
{
    expect_refused(folder_ / "none", ENOENT);
}

TEST_F(LoadFile, DirectoryIsRefused)
{
    expect_refused(folder_, EISDIR);
}

TEST_F(LoadFile, FifoIsRefusedAndNotWaitedFor)
{
    ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    expect_refused(folder_ / "fifo", EINVAL);
}

TEST_F(LoadFile, DeviceIsRefused)
{
    expect_refused("/dev/zero", EINVAL);
}

TEST_F(LoadFile, UnreadableIsNamed)
{
    if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
    const auto path = file("x");
    fs::permissions(path, fs::perms::none);
    expect_refused(path, EACCES);
}

}  // namespace
}  // namespace husk
