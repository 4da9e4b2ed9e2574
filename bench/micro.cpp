#include "device/bus.hpp"
#include "support/elf_builder.hpp"
#include "x86/tables.hpp"

#include <husk/husk.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <vector>

// husk_micro: small parts by themselves, for which there is no floor to compare with. Google Benchmark runs them.
namespace husk::bench {
namespace {

/// Long-mode page tables for as many MiB of memory as the argument says.
void build_page_tables(benchmark::State& state)
{
    const std::array extents{x86::Extent{0, static_cast<std::uint64_t>(state.range(0)) << 20}};
    for (auto _ : state) benchmark::DoNotOptimize(x86::identity_map_long(GuestPhys{0x2000}, extents));
}
BENCHMARK(build_page_tables)->Arg(2)->Arg(1024)->Arg(64 << 10);

/// A well-formed ELF64 of `segments` segments, a page each.
std::vector<std::byte> elf_image(std::uint16_t segments)
{
    test::Elf64Builder elf;
    elf.entry = 1_MiB;
    for (std::uint64_t at = 1_MiB; at < 1_MiB + segments * kPageSize; at += kPageSize)
        elf.segments.push_back(
            {.paddr = at, .vaddr = at, .bytes = std::vector<std::byte>(kPageSize), .memsz = kPageSize, .flags = PF_R | PF_X});
    return elf.build();
}

/// Recognising and checking an ELF of as many segments as the argument says.
void parse_elf(benchmark::State& state)
{
    const auto file = elf_image(static_cast<std::uint16_t>(state.range(0)));
    for (auto _ : state) {
        auto image = parse_image(file);
        if (!image) state.SkipWithError(describe(image.error()).c_str());
        benchmark::DoNotOptimize(image);
    }
}
BENCHMARK(parse_elf)->Arg(1)->Arg(8)->Arg(64);

class Nothing final : public Device {
public:
    void read(std::uint64_t, std::span<std::byte>) override {}
    std::optional<Stop> write(std::uint64_t, std::span<const std::byte>) override { return {}; }
};

/// Finding the device at a port and calling it, among as many as the argument says.
void dispatch_on_bus(benchmark::State& state)
{
    constexpr std::uint64_t kPortsEach = 8;
    const auto devices = static_cast<std::uint64_t>(state.range(0));
    device::Bus bus{"port"};
    Nothing device;
    for (std::uint64_t i = 0; i < devices; ++i) bus.attach({i * kPortsEach, kPortsEach}, device);

    const std::array byte{std::byte{42}};
    std::uint64_t port = 0;
    for (auto _ : state) {
        const auto target = bus.find(port);
        benchmark::DoNotOptimize(target->device.write(target->offset, byte));
        port = (port + kPortsEach + 1) % (devices * kPortsEach);
    }
}
BENCHMARK(dispatch_on_bus)->Arg(1)->Arg(4)->Arg(64);

}  // namespace
}  // namespace husk::bench

BENCHMARK_MAIN();
