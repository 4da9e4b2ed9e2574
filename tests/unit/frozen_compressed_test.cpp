// Compressed frozen files: unpacked to what was packed; damaged ones, and those that would unpack to too much, are refused.
#include "frozen/file.hpp"
#include "frozen/packed_memory.hpp"
#include "memory/copy_memory.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

namespace husk::test {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kSize = 8_MiB;

class CompressedFrozen : public testing::Test {
protected:
    CompressedFrozen()
    {
        std::mt19937_64 random{11};
        std::vector<std::uint64_t> page(kPageSize / sizeof(std::uint64_t));
        for (const std::uint64_t at : {std::uint64_t{0}, 12_KiB, 16_KiB, 3_MiB, kSize - kPageSize}) {
            std::ranges::generate(page, random);
            EXPECT_TRUE(memory_.write(GuestPhys{at}, std::as_bytes(std::span{page})));
        }
    }

    static std::vector<std::byte> bytes_of(const MemoryImage& image)
    {
        const GuestMemory memory{std::shared_ptr<const MemoryImage>{std::shared_ptr<void>{}, &image}};
        std::vector<std::byte> bytes(total_size(image.regions()));
        EXPECT_TRUE(memory.read(GuestPhys{0}, bytes));
        return bytes;
    }
    std::string packed_file() const
    {
        const UniqueFd fd{::open((folder_ / "packed").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        frozen::pack(*image_, fd.get(), 0);
        std::ifstream file{folder_ / "packed", std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    /// What unpack() says of a file of these bytes.
    std::string error_of_packed(const std::string& bytes, std::uint64_t size = kSize) const
    {
        std::ofstream{folder_ / "given", std::ios::binary} << bytes;
        const UniqueFd fd{::open((folder_ / "given").c_str(), O_RDONLY | O_CLOEXEC)};
        const auto image = frozen::unpack(fd.get(), 0, bytes.size(), {{.base = {}, .size = size}});
        return image ? "" : describe(image.error());
    }
    static std::string frame(const std::vector<std::uint64_t>& words, std::size_t zeroes = 0)
    {
        std::string plain(words.size() * sizeof(std::uint64_t) + zeroes, '\0');
        std::ranges::copy(std::as_bytes(std::span{words}), std::as_writable_bytes(std::span{plain}).begin());
        std::string packed(ZSTD_compressBound(plain.size()), '\0');
        packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
        return packed;
    }

    TempFolder folder_;
    GuestMemory memory_{std::vector<MemoryRegion>{{.base = {}, .size = kSize}}};
    std::shared_ptr<const MemoryImage> image_ = nullptr;
    void SetUp() override { image_ = MemoryImage::of(memory_); }
};

TEST_F(CompressedFrozen, IsUnpackedToWhatWasPacked)
{
    const std::string path = folder_ / "file";
    frozen::save(path, "{}", *image_, {.compress = true});
    EXPECT_LT(std::filesystem::file_size(path), 24_KiB);
    auto file = frozen::FrozenFile::open(path);
    ASSERT_TRUE(file) << describe(file.error());
    EXPECT_EQ(file->metadata(), "{}");
    const auto memory = file->memory({{.base = {}, .size = kSize}});
    ASSERT_TRUE(memory) << describe(memory.error());
    EXPECT_TRUE((*memory)->sealed());
    EXPECT_LE((*memory)->size_on_disk(), 64_KiB);  // holes stay holes
    EXPECT_EQ(bytes_of(**memory), bytes_of(*image_));
}

TEST_F(CompressedFrozen, AnEmptyMemoryIsFine)
{
    const GuestMemory nothing{std::vector<MemoryRegion>{{.base = {}, .size = 1_GiB}}};
    const std::string path = folder_ / "file";
    frozen::save(path, "{}", *MemoryImage::of(nothing), {.compress = true});
    EXPECT_LT(std::filesystem::file_size(path), 200u);
    auto file = frozen::FrozenFile::open(path);
    ASSERT_TRUE(file);
    EXPECT_TRUE(file->memory({{.base = {}, .size = 1_GiB}}));
    EXPECT_THAT(describe(file->memory({{.base = {}, .size = 2_GiB}}).error()), HasSubstr("its regions take more"));
}

TEST_F(CompressedFrozen, DamageIsNoticed)
{
    const std::string good = packed_file();
    EXPECT_EQ(error_of_packed(good), "");
    for (std::size_t at = 0; at < good.size(); at += 97) {
        std::string damaged = good;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        EXPECT_NE(error_of_packed(damaged), "") << at;
    }
    for (std::size_t size = 0; size < good.size(); size += 1 + size / 3)
        EXPECT_NE(error_of_packed(good.substr(0, size)), "") << size;
    EXPECT_THAT(error_of_packed(good.substr(0, good.size() - 1)), HasSubstr("cut short"));
    EXPECT_THAT(error_of_packed(good + "x"), HasSubstr("something behind"));
    EXPECT_THAT(error_of_packed(good + good), HasSubstr("something behind"));
    EXPECT_THAT(error_of_packed("no frame at all"), HasSubstr("cannot be unpacked"));
}

TEST_F(CompressedFrozen, PiecesMustFit)
{
    EXPECT_EQ(error_of_packed(frame({kSize, 0})), "");
    EXPECT_THAT(error_of_packed(frame({kSize - 4096, 0})), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({0, 0})), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({0, 4097}, 5000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({1, 4096}, 5000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({kSize, 4096}, 5000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({kSize - 4096, 8192}, 9000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({~std::uint64_t{4095}, 4096}, 5000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({4096, ~std::uint64_t{4095}}, 5000)), HasSubstr("does not fit"));
    EXPECT_THAT(error_of_packed(frame({0, 4096}, 4096)), HasSubstr("end too early"));
    EXPECT_THAT(error_of_packed(frame({})), HasSubstr("end too early"));
    EXPECT_THAT(error_of_packed(frame({kSize, 0, 7})), HasSubstr("something behind"));
}

TEST_F(CompressedFrozen, BombsAreRefused)
{
    // More memory than any host has, most of it zeroes: refused before it is unpacked, or when it has come to more than there is.
    constexpr std::uint64_t kHuge = 1ULL << 50;
    EXPECT_THAT(error_of_packed(frame({0, kHuge}, 1_MiB), kHuge), HasSubstr("it unpacks to more than"));
}

}  // namespace
}  // namespace husk::test
