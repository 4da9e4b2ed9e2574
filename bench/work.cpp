#include "work.hpp"

namespace husk::bench {

namespace {

constexpr PortRange kPort{.first = 0x10, .count = 1};
constexpr std::uint64_t kDeviceSize = kPageSize;

/// The least a device can do; the floors' do the same.
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

}  // namespace

Nanoseconds life(Engine engine)
{
    std::string output;
    bool answered = false;
    const auto took = timed([&] {
        Machine machine{{.engine = engine, .debug_console = [&](std::span<const std::byte> bytes) {
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

namespace {

Nanoseconds port_exits_of(MachineConfig config, guest::Code code)
{
    Counter counter;
    Machine machine{std::move(config)};
    machine.attach(kPort, counter);
    load_flat(machine, code);
    const auto took = timed([&] { run_to_halt(machine); });
    expect(counter.accesses == kAccesses, "Husk's exits");
    return took;
}

}  // namespace

Nanoseconds port_exits(Engine engine, guest::Code code)
{
    return port_exits_of({.engine = engine}, code);
}

Nanoseconds traced_port_exits(Engine engine, guest::Code code, const std::string& file)
{
    return port_exits_of({.engine = engine, .trace_file = std::make_shared<TraceFile>(file)}, code);
}

Nanoseconds mmio_exits(Engine engine, guest::Code code)
{
    Counter counter;
    Machine machine{{.engine = engine}};
    machine.attach(MmioRange{.base = GuestPhys{kDeviceAt}, .size = kDeviceSize}, counter);
    load_flat(machine, code);
    const auto took = timed([&] { run_to_halt(machine); });
    expect(counter.accesses == kAccesses, "Husk's exits");
    return took;
}

Nanoseconds exceptions(Engine engine)
{
    Machine machine{{.engine = engine}};
    load_flat(machine, guest::thousand_exceptions());
    const auto took = timed([&] { run_to_halt(machine); });
    expect(machine.memory().load<std::uint64_t>(GuestPhys{FLOOR_ANSWER_AT}) == std::uint64_t{kAccesses}, "Husk's exceptions");
    return took;
}

Nanoseconds console(Engine engine, guest::Code code)
{
    const auto expected = printed_matter();
    std::vector<std::byte> output(kOutputSize);
    std::size_t used = 0;
    Machine machine{{.engine = engine, .debug_console = [&](std::span<const std::byte> bytes) {
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

Nanoseconds hot_loop(Engine engine, std::uint64_t rounds)
{
    Machine machine{{.engine = engine}};
    load_flat(machine, guest::hot_loop());
    expect(machine.memory().store(kRoundsAt, rounds).has_value(), "writing the number of rounds");
    const auto took = timed([&] { run_to_halt(machine); });
    expect(machine.memory().load<std::uint64_t>(GuestPhys{FLOOR_ANSWER_AT}) == loop_result(rounds), "Husk's result");
    return took;
}

// guests/bench_loop.S, line by line.
std::uint64_t loop_result(std::uint64_t rounds)
{
    std::array<std::uint64_t, 512> data{};
    std::uint64_t rax = 1;
    std::uint64_t rdx = 0;
    for (; rounds != 0; --rounds) {
        rax = rax * 0x5851F42D + 0x14057B7F;
        const std::uint64_t rbx = rax >> 33;
        std::uint64_t& cell = data.at((rbx & 0xFF8) / sizeof rbx);
        rdx += cell;
        if ((rbx & 1) != 0) rax ^= rdx;
        cell = rax;
        rdx = rdx + rbx + 1;
    }
    return rax;
}

std::vector<std::byte> printed_matter()
{
    std::vector<std::byte> bytes(kOutputSize);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>('!' + i % 94);
    return bytes;
}

}  // namespace husk::bench
