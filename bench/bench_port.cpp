#include "interleave.hpp"
#include "side.hpp"

#include <algorithm>

// One port exit: out of the guest, to whoever serves the port, and back in.
namespace husk::bench {
namespace {

constexpr std::size_t kAccesses = 1000;  // the guests' .rept
constexpr PortRange kPort{.first = 0x10, .count = 1};

/// The least a device can do; the floor's does the same.
class Counter final : public Device {
public:
    void read(std::uint64_t, std::span<std::byte> data) override
    {
        ++accesses;
        std::fill(data.begin(), data.end(), std::byte{0xff});
    }
    std::optional<Stop> write(std::uint64_t, std::span<const std::byte>) override
    {
        ++accesses;
        return {};
    }

    std::size_t accesses = 0;
};

Nanoseconds floor_side(guest::Code code)
{
    Floor floor{code};
    floor_console console{};
    std::uint64_t exits = 0;
    const auto took = timed([&] { exits = floor_run(floor.get(), &console); });
    expect(exits == kAccesses + 1, "the floor's exits");
    return took;
}

Nanoseconds husk_side(guest::Code code)
{
    Counter counter;
    Machine machine;
    machine.attach(kPort, counter);
    load_flat(machine, code);
    const auto took = timed([&] { run_to_halt(machine); });
    expect(counter.accesses == kAccesses, "Husk's exits");
    return took;
}

Comparison port_exit(const char* what, guest::Code code)
{
    return {.what = what,
            .floor = [code] { return floor_side(code); },
            .husk = [code] { return husk_side(code); },
            .pairs = 301,
            .units = kAccesses + 1,  // HLT is an exit too
            .bound = Bound{Bound::Of::Time, 1.05}};
}

}  // namespace

void add_ports(std::vector<Comparison>& all)
{
    all.push_back(port_exit("one port exit and back, OUT", guest::thousand_outs()));
    all.push_back(port_exit("one port exit and back, IN", guest::thousand_ins()));
}

}  // namespace husk::bench
