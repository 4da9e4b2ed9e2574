// Frozen files that are damaged, cut short, foreign, or written by somebody who means harm: an error that names what is wrong.
#include "frozen/format.hpp"
#include "frozen/metadata.hpp"
#include "support/temp_folder.hpp"

#include <husk/frozen.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace husk::test {
namespace {

using testing::HasSubstr;

class FrozenFile : public testing::Test {
protected:
    void SetUp() override
    {
        Machine machine{{.memory = {{.base = {}, .size = 64_KiB}}, .engine = Engine::Soft, .mode = x86::Mode::Real}};
        machine.start(x86::Mode::Real, GuestPhys{0x1000});
        const Frozen frozen{machine, {.origin = "an image", .point = "a place"}};
        frozen.save(path_);
        std::ifstream file{path_, std::ios::binary};
        good_.assign(std::istreambuf_iterator<char>{file}, {});
    }

    /// What open() says of these bytes.
    std::string error_of(const std::string& bytes) const
    {
        std::ofstream{path_, std::ios::binary} << bytes;
        const auto opened = Frozen::open(path_);
        return opened ? "" : describe(opened.error());
    }

    /// The good file with other metadata, and a checksum that is right.
    std::string with_metadata(const std::string& metadata) const
    {
        const frozen::Header header = frozen::lay_out(metadata, 64_KiB);
        const auto head = frozen::encode(header);
        std::string bytes(header.file_size, '\0');
        std::memcpy(bytes.data(), head.data(), head.size());
        std::memcpy(&bytes[header.metadata_offset], metadata.data(), metadata.size());
        return bytes;
    }
    std::string metadata() const
    {
        const auto bytes = std::as_bytes(std::span{good_});
        const auto header = frozen::decode(bytes, bytes.size());
        return good_.substr(header->metadata_offset, header->metadata_size);
    }
    std::string error_with(const std::string& what, const std::string& instead) const
    {
        std::string text = metadata();
        const auto at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        if (at != std::string::npos) text.replace(at, what.size(), instead);
        return error_of(with_metadata(text));
    }

    TempFolder folder_;
    std::string path_ = folder_ / "machine.frozen";
    std::string good_;
};

TEST(FrozenFormat, LargeMemoryLiesAsTheGuestHasIt)
{
    const std::string metadata(5000, 'm');
    for (const std::uint64_t first : {std::uint64_t{0}, 4_MiB, 4_MiB + 0x5000, std::uint64_t{0xBF'FE54'4000}}) {
        const frozen::Header header = frozen::lay_out(metadata, 8_MiB, first);
        EXPECT_GE(header.memory_offset, header.metadata_offset + metadata.size());
        EXPECT_LT(header.memory_offset, 2_MiB + header.metadata_offset + metadata.size());
        EXPECT_EQ(header.memory_offset % 2_MiB, first % 2_MiB) << std::hex << first;
        EXPECT_EQ(header.file_size, header.memory_offset + 8_MiB);
    }
    EXPECT_EQ(frozen::lay_out(metadata, 64_KiB, 4_MiB).memory_offset, 0x2000u);
}

TEST_F(FrozenFile, IsReadAsItWasWritten)
{
    EXPECT_EQ(error_of(good_), "");
    EXPECT_EQ(error_of(with_metadata(metadata())), "");
}

TEST_F(FrozenFile, MustBeOne)
{
    EXPECT_THAT(error_of(""), HasSubstr("not a frozen file"));
    EXPECT_THAT(error_of("\x7F"
                         "ELF and so on"),
                HasSubstr("not a frozen file"));
    EXPECT_THAT(error_of(good_.substr(0, 20)), HasSubstr("cut short"));
    ASSERT_EQ(::unlink(path_.c_str()), 0);
    EXPECT_THAT(describe(Frozen::open(path_).error()), HasSubstr("No such file"));
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    EXPECT_THAT(describe(Frozen::open(path_).error()), HasSubstr("not a regular file"));
    EXPECT_THAT(describe(Frozen::open(folder_.path()).error()), HasSubstr("Is a directory"));
}

TEST_F(FrozenFile, TellsItsVersion)
{
    std::string later = good_;
    later[8] = 2;
    EXPECT_EQ(error_of(later),
              "version (file offset 0x8): 2, and this husk knows version 1 only: freeze the guest again with this one");
}

TEST_F(FrozenFile, IsNotCutShortNorMadeLonger)
{
    EXPECT_THAT(error_of(good_.substr(0, good_.size() - 1)), HasSubstr("cut short"));
    EXPECT_THAT(error_of(good_ + "x"), HasSubstr("file size"));
}

TEST_F(FrozenFile, NoticesEveryDamagedByteBeforeItsMemory)
{
    const auto header = frozen::decode(std::as_bytes(std::span{good_}), good_.size());
    const std::size_t end = header->metadata_offset + header->metadata_size;
    for (std::size_t at = 0; at < end; at += at < frozen::kHeaderSize ? 1 : 13) {
        std::string damaged = good_;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        EXPECT_NE(error_of(damaged), "") << at;
    }
}

TEST_F(FrozenFile, NamesTheFieldThatMakesNoSense)
{
    EXPECT_THAT(error_with("\"rax\": \"0x0\"", "\"rax\": 0"), HasSubstr("state.registers.rax: is no hexadecimal number"));
    EXPECT_THAT(error_with("\"rax\": \"0x0\"", "\"rax\": \"0x10000000000000000\""),
                HasSubstr("state.registers.rax: is no number of 64 bits"));
    EXPECT_THAT(error_with("\"rax\"", "\"eax\""), HasSubstr("state.registers.rax: is missing"));
    EXPECT_THAT(error_with("\"rax\": \"0x0\"", "\"rax\": \"0x0\", \"rxx\": 0"),
                HasSubstr("state.registers: has a field that this husk does not know"));
    EXPECT_THAT(error_with("\"soft\"", "\"hard\""), HasSubstr("info.engine: is no engine"));
    EXPECT_THAT(error_with("{", "["), HasSubstr("metadata: is no JSON"));
    EXPECT_THAT(error_with("\"vectors\": \"", "\"vectors\": \"xx"), HasSubstr("hexadecimal digits"));
}

TEST_F(FrozenFile, MemoryIsWhatTheFileHas)
{
    EXPECT_THAT(error_with("\"size\": \"0x10000\"", "\"size\": \"0x20000\""), HasSubstr("memory: its regions take more"));
    EXPECT_THAT(error_with("\"size\": \"0x10000\"", "\"size\": \"0x8000\""), HasSubstr("belong to no region"));
    EXPECT_THAT(error_with("\"size\": \"0x10000\"", "\"size\": \"0x123\""), HasSubstr("whole 4 KiB pages"));
    EXPECT_THAT(error_with("\"size\": \"0x10000\"", "\"size\": \"0x0\""), HasSubstr("empty"));
    EXPECT_THAT(error_with("\"base\": \"0x0\",\n   \"size\"", "\"base\": \"0xfffffffffffff000\",\n   \"size\""),
                HasSubstr("52-bit"));
}

/// Registers that no processor can have: refused by the thaw, by the engine, or run into a Stop; never more than that.
TEST_F(FrozenFile, StateThatIsNonsenseHarmsNobody)
{
    std::mt19937 random{7};
    const std::string text = metadata();
    for (int i = 0; i < 200; ++i) {
        std::string changed = text;
        for (int changes = 0; changes < 3; ++changes) {
            const auto at = changed.find("\"0x", random() % changed.size());
            if (at == std::string::npos) continue;
            changed.replace(at + 3, 1, std::string{"0123456789abcdef"[random() % 16]});
        }
        std::ofstream{path_, std::ios::binary} << with_metadata(changed);
        const auto opened = Frozen::open(path_);
        if (!opened) continue;
        try {
            Machine machine = opened->thaw({.engine = Engine::Soft});
            machine.run(std::chrono::milliseconds{1});
        } catch (const std::exception&) {
        }
    }
}

TEST_F(FrozenFile, IsSavedWholeOrNotAtAll)
{
    const auto opened = Frozen::open(path_);
    ASSERT_TRUE(opened);
    EXPECT_ANY_THROW(opened->save(folder_ / "no such folder/file"));
    ASSERT_EQ(::mkdir((folder_ / "taken").c_str(), 0700), 0);
    EXPECT_ANY_THROW(opened->save(folder_ / "taken"));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{folder_.path()}, {}),
              2);  // the file and the folder: no draft is left
}

}  // namespace
}  // namespace husk::test
