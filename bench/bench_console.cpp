#include "interleave.hpp"
#include "side.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

// 64 KiB printed through the debug console. The floor takes one exit a byte; Husk lets KVM gather them.
namespace husk::bench {
namespace {

constexpr std::size_t kOutputSize = 64_KiB;
constexpr GuestPhys kOutputAt{0x10000};  // where the guests print from

std::vector<std::byte> printed_matter()
{
    std::vector<std::byte> bytes(kOutputSize);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>('!' + i % 94);
    return bytes;
}

Nanoseconds floor_side(guest::Code code)
{
    const auto expected = printed_matter();
    std::vector<std::byte> output(kOutputSize);
    Floor floor{code};
    std::memcpy(floor.get()->memory + kOutputAt.value, expected.data(), expected.size());
    floor_console console{reinterpret_cast<unsigned char*>(output.data()), output.size(), 0};
    const auto took = timed([&] { floor_run(floor.get(), &console); });
    expect(output == expected, "the floor's output");
    return took;
}

Nanoseconds husk_side(guest::Code code)
{
    const auto expected = printed_matter();
    std::vector<std::byte> output(kOutputSize);
    std::size_t used = 0;
    Machine machine{{.debug_console = [&](std::span<const std::byte> bytes) {
        expect(bytes.size() <= output.size() - used, "Husk printed too much");
        std::memcpy(output.data() + used, bytes.data(), bytes.size());
        used += bytes.size();
    }}};
    load_flat(machine, code);
    expect(machine.memory().write(kOutputAt, expected).has_value(), "writing what is to be printed");
    const auto took = timed([&] { run_to_halt(machine); });
    expect(used == kOutputSize && output == expected, "Husk's output");
    return took;
}

Comparison console(const char* what, guest::Code code, double throughput)
{
    return {.what = what,
            .floor = [code] { return floor_side(code); },
            .husk = [code] { return husk_side(code); },
            .pairs = 15,  // one takes seconds where KVM interprets ring 0
            .bound = Bound{Bound::Of::Throughput, throughput}};
}

}  // namespace

void add_console(std::vector<Comparison>& all)
{
    all.push_back(console("64 KiB of console output, byte by byte", guest::print_bytes(), 1.3));
    all.push_back(console("64 KiB of console output, rep outsb", guest::print_string(), 1.0));
}

}  // namespace husk::bench
