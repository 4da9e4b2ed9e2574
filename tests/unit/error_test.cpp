// What a caller learns from an Error.
#include <husk/error.hpp>

#include <gtest/gtest.h>

#include <cerrno>

namespace husk {
namespace {

TEST(Error, NamesTheCallAndTheErrno)
{
    const Error error{"KVM_CREATE_VM", ENOMEM};
    EXPECT_EQ(error.call(), "KVM_CREATE_VM");
    EXPECT_EQ(error.hint(), "");
    EXPECT_EQ(error.code().value(), ENOMEM);
    EXPECT_EQ(error.code().category(), std::generic_category());
    EXPECT_EQ(std::string{error.what()}, "KVM_CREATE_VM: Cannot allocate memory");
}

TEST(Error, HintIsInTheText)
{
    const Error error{"open /dev/kvm", EACCES, "join the group kvm"};
    EXPECT_EQ(error.hint(), "join the group kvm");
    EXPECT_EQ(std::string{error.what()}, "open /dev/kvm (join the group kvm): Permission denied");
}

TEST(Error, ComparesWithStandardConditions)
{
    EXPECT_EQ((Error{"open", ENOENT}.code()), std::errc::no_such_file_or_directory);
}

TEST(Error, IsCaughtAsASystemError)
{
    try {
        throw Error{"mmap", ENOMEM, "less memory"};
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::not_enough_memory);
        return;
    }
    FAIL() << "not a system_error";
}

TEST(Error, CopiesKeepEverything)
{
    const Error error{"mmap", ENOMEM, "less memory"};
    const Error copy = error;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
    EXPECT_EQ(copy.call(), "mmap");
    EXPECT_EQ(copy.hint(), "less memory");
    EXPECT_STREQ(copy.what(), error.what());
}

}  // namespace
}  // namespace husk
