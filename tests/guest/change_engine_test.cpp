#include "support/guest.hpp"

#include <gtest/gtest.h>

namespace husk::test {
namespace {

// A guest does something that KVMs without VT-x or AMD-V cannot. Engine::Auto must bring it to its end on any host.
// legacy_paging_test.cpp has the other such thing.

struct Stranger {
    const char* name;
    x86::Mode mode;
    std::vector<std::byte> code;
};

template <std::size_t Size>
std::vector<std::byte> vector_of(const std::array<std::byte, Size>& code)
{
    return {code.begin(), code.end()};
}

std::vector<Stranger> strangers()
{
    return {
        {"x87", x86::Mode::Long,
         vector_of(bytes(0xB0, 'A', 0xE6, 0xE9,  // out 0xE9, 'A'
                         0xD9, 0xE8,             // fld1
                         0xD8, 0xC0,             // fadd st0, st0
                         0xB0, 'B', 0xE6, 0xE9,  // out 0xE9, 'B'
                         0xF4))},
        // What SSE registers hold goes with it.
        {"sse", x86::Mode::Long,
         vector_of(bytes(0xB0, 'A', 0xE6, 0xE9,                                       // out 0xE9, 'A'
                         0x0F, 0x20, 0xE0, 0x0D, 0x00, 0x06, 0, 0, 0x0F, 0x22, 0xE0,  // cr4 |= OSFXSR | OSXMMEXCPT
                         0xC6, 0x04, 0x25, 0x00, 0x08, 0, 0, 0x21,                    // mov byte [0x800], 0x21
                         0xF3, 0x0F, 0x6F, 0x04, 0x25, 0x00, 0x08, 0, 0,              // movdqu xmm0, [0x800]
                         0x66, 0x0F, 0xFC, 0xC0,                                      // paddb xmm0, xmm0: 'B'
                         0xF3, 0x0F, 0x7F, 0x04, 0x25, 0x00, 0x08, 0, 0,              // movdqu [0x800], xmm0
                         0x8A, 0x04, 0x25, 0x00, 0x08, 0, 0, 0xE6, 0xE9,              // out 0xE9, [0x800]
                         0xF4))},
    };
}

class ChangeEngine : public testing::TestWithParam<Stranger> {};

TEST_P(ChangeEngine, AutoGoesOnWhereKvmCannot)
{
    if (!HUSK_SOFT_ENGINE) GTEST_SKIP() << "built without the software engine";
    std::string output;
    MachineConfig config{.mode = GetParam().mode};
    config.debug_console = [&](auto console) {
        for (const std::byte byte : console) output += static_cast<char>(byte);
    };
    Machine machine{config};
    const Engine before = machine.engine();
    ASSERT_TRUE(machine.memory().write(GuestPhys{0}, GetParam().code));
    machine.start(GetParam().mode, GuestPhys{0});
    EXPECT_EQ(machine.run(kPatience), Stop{stops::Halted{}});
    EXPECT_EQ(output, "AB");
    EXPECT_EQ(machine.engine() == before, machine.engine_reason().empty() || before == Engine::Soft);
}

TEST_P(ChangeEngine, KvmAloneNamesWhatItCannot)
{
    if (lane().engine != Engine::Kvm) GTEST_SKIP() << "of KVM only";
    Guest guest{GetParam().mode};
    const Stop stop = guest.with(GetParam().code).run();
    if (stop == Stop{stops::Halted{}}) return;  // a KVM that knows it all
    ASSERT_TRUE(std::holds_alternative<stops::CannotExecute>(stop)) << describe(stop);
    EXPECT_FALSE(std::get<stops::CannotExecute>(stop).reason.empty());
    EXPECT_GT(std::get<stops::CannotExecute>(stop).size, 0);
    EXPECT_EQ(guest.output(), "A");
}

INSTANTIATE_TEST_SUITE_P(Each, ChangeEngine, testing::ValuesIn(strangers()), [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace husk::test
