#pragma once

#include "interleave.hpp"
#include "side.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// The pieces of work that are measured, done by Husk and by a floor. Each gives the time of the part that counts, and throws if
/// the work did not have the outcome it must have.
namespace husk::bench {

inline constexpr std::string_view kGreeting = "Hello, world!\n";
inline constexpr std::size_t kAccesses = 1000;         ///< the guests' .rept
inline constexpr double kExits = kAccesses + 1;        ///< HLT is an exit too
inline constexpr std::size_t kOutputSize = 64_KiB;     ///< what the console guests print
inline constexpr GuestPhys kOutputAt{0x10000};         ///< where they print it from
inline constexpr GuestPhys kRoundsAt{0x10000};         ///< where the loop finds how often
inline constexpr double kInstructionsPerRound = 13.5;  ///< of the loop
inline constexpr std::uint64_t kDeviceAt = FLOOR_MEMORY_SIZE;

/// Create, load, run to HLT, check the answer, destroy.
Nanoseconds life(Engine engine);
/// A thousand INs or OUTs, each served by a device that counts.
Nanoseconds port_exits(Engine engine, guest::Code code);
/// The same, told to a trace file.
Nanoseconds traced_port_exits(Engine engine, guest::Code code, const std::string& file);
/// A thousand reads or writes of a device in memory.
Nanoseconds mmio_exits(Engine engine, guest::Code code);
/// A thousand exceptions, to a handler of the guest's own and back.
Nanoseconds exceptions(Engine engine);
/// 64 KiB through the debug console.
Nanoseconds console(Engine engine, guest::Code code);
/// So many rounds of the hot loop.
Nanoseconds hot_loop(Engine engine, std::uint64_t rounds);

/// What the console guests print.
std::vector<std::byte> printed_matter();
/// What the hot loop leaves at FLOOR_ANSWER_AT after so many rounds.
std::uint64_t loop_result(std::uint64_t rounds);

/// The same on a floor: KvmFloor or UnicornFloor.
template <typename Floor>
struct OnFloor {
    static Nanoseconds life()
    {
        std::array<unsigned char, 4096> bytes;
        floor_console console{bytes.data(), bytes.size(), 0};
        bool answered = false;
        const auto took = timed([&] { answered = Floor::live(guest::hello64(), console); });
        expect(answered, "the floor's answer");
        expect(std::equal(kGreeting.begin(), kGreeting.end(), bytes.data(), bytes.data() + console.used), "the floor's output");
        return took;
    }

    static Nanoseconds exits(guest::Code code)
    {
        Floor floor{code};
        floor_console console{};
        std::uint64_t exits = 0;
        const auto took = timed([&] { exits = floor.run(console); });
        expect(exits == kAccesses + 1, "the floor's exits");
        return took;
    }

    static Nanoseconds console(guest::Code code)
    {
        const auto expected = printed_matter();
        std::vector<std::byte> output(kOutputSize);
        Floor floor{code};
        std::memcpy(&floor.memory()[kOutputAt.value], expected.data(), expected.size());
        floor_console console{reinterpret_cast<unsigned char*>(output.data()), output.size(), 0};
        const auto took = timed([&] { floor.run(console); });
        expect(output == expected, "the floor's output");
        return took;
    }

    static Nanoseconds hot_loop(std::uint64_t rounds)
    {
        Floor floor{guest::hot_loop()};
        std::memcpy(&floor.memory()[kRoundsAt.value], &rounds, sizeof rounds);
        floor_console console{};
        const auto took = timed([&] { floor.run(console); });
        std::uint64_t result = 0;
        std::memcpy(&result, &floor.memory()[FLOOR_ANSWER_AT], sizeof result);
        expect(result == loop_result(rounds), "the floor's result");
        return took;
    }
};

}  // namespace husk::bench
