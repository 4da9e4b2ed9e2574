#include "interleave.hpp"
#include "side.hpp"

#include <array>
#include <string>
#include <string_view>

// The whole life of a guest in a process that goes on: create, load, run to HLT, check its answer, destroy.
namespace husk::bench {
namespace {

constexpr std::string_view kGreeting = "Hello, world!\n";

Nanoseconds floor_side()
{
    std::array<unsigned char, 4096> bytes;
    floor_console console{bytes.data(), bytes.size(), 0};
    bool answered = false;
    const auto took = timed([&] { answered = floor_life(guest::hello64().data(), guest::hello64().size(), &console); });
    expect(answered, "the floor's answer");
    expect(std::equal(kGreeting.begin(), kGreeting.end(), bytes.data(), bytes.data() + console.used), "the floor's output");
    return took;
}

Nanoseconds husk_side()
{
    std::string output;
    bool answered = false;
    const auto took = timed([&] {
        Machine machine{{.debug_console = [&](std::span<const std::byte> bytes) {
            output.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        }}};
        load_flat(machine, guest::hello64());
        run_to_halt(machine);
        answered = machine.registers().rax == FLOOR_ANSWER &&
                   machine.memory().load<std::uint64_t>(GuestPhys{FLOOR_ANSWER_AT}) == std::uint64_t{FLOOR_ANSWER};
    });
    expect(answered, "Husk's answer");
    expect(output == kGreeting, "Husk's output");
    return took;
}

}  // namespace

void add_life(std::vector<Comparison>& all)
{
    all.push_back({.what = "whole life of a long-mode guest, in-process",
                   .floor = floor_side,
                   .husk = husk_side,
                   .pairs = 1001,
                   .bound = Bound{Bound::Of::Time, 1.10}});
}

}  // namespace husk::bench
