// Hostile bytes: every value of every header byte, and every length, of good images; what is given keeps the rules, what is refused
// is named.
#include "load/placement.hpp"
#include "support/elf_builder.hpp"
#include "support/image_rules.hpp"
#include "support/multiboot_builder.hpp"

#include <gtest/gtest.h>

namespace husk {
namespace {

struct Case {
    const char* name;
    std::vector<std::byte> file;
    std::size_t headers;  ///< how many of its bytes are changed
};

std::vector<std::byte> multiboot_elf()
{
    auto elf = test::two_segments<test::Elf32Builder>();
    test::put(elf.segments[0].bytes, 0, test::MultibootHeader{.flags = 7}.summed());
    return elf.build();
}

std::vector<Case> cases()
{
    return {
        {"elf32", test::two_segments<test::Elf32Builder>().build(), test::Elf32Builder::header_of(2)},
        {"elf64", test::two_segments<test::Elf64Builder>().build(), test::Elf64Builder::header_of(2)},
        {"multiboot elf", multiboot_elf(), test::Elf32Builder::header_of(2) + sizeof(test::MultibootHeader)},
        {"multiboot", test::multiboot_file(test::described_header()), test::kMultibootHeaderOffset + sizeof(test::MultibootHeader)},
    };
}

void expect_rules_kept(std::span<const std::byte> file, const std::string& what)
{
    const Room room{.memory = {{GuestPhys{0}, GuestPhys{4_MiB}}}, .tables_end = GuestPhys{0x5000}};
    const auto image = parse_image(file);
    const auto broken = image ? test::broken_rule(*image, file) : test::broken_rule(image.error(), file);
    EXPECT_EQ(broken, std::nullopt) << what;
    if (!image) return;
    const auto placed = check_placement(*image, room);
    if (placed) return;
    EXPECT_EQ(test::broken_rule(placed.error(), file), std::nullopt) << what;
}

TEST(LoadMutation, EveryValueOfEveryHeaderByte)
{
    for (const Case& one : cases()) {
        ASSERT_TRUE(parse_image(one.file)) << one.name;
        for (std::size_t at = 0; at < one.headers; ++at) {
            auto file = one.file;
            for (unsigned value = 0; value < 256; ++value) {
                file[at] = static_cast<std::byte>(value);
                expect_rules_kept(file, std::string{one.name} + ", byte " + std::to_string(at) + " = " + std::to_string(value));
            }
        }
    }
}

TEST(LoadMutation, EveryLength)
{
    for (const Case& one : cases())
        for (std::size_t length = 0; length < one.file.size(); ++length)
            expect_rules_kept(std::span{one.file}.first(length), std::string{one.name} + ", " + std::to_string(length) + " bytes");
}

}  // namespace
}  // namespace husk
