#include "device/bus.hpp"
#include "x86/tables.hpp"

#include <husk/husk.hpp>

#include <benchmark/benchmark.h>
#include <elf.h>

#include <array>
#include <cstring>
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
    const std::size_t data_at = sizeof(Elf64_Ehdr) + segments * sizeof(Elf64_Phdr);
    std::vector<std::byte> file(data_at + segments * kPageSize);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_X86_64;
    header.e_version = EV_CURRENT;
    header.e_entry = 1_MiB;
    header.e_phoff = sizeof header;
    header.e_ehsize = sizeof header;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = segments;
    std::memcpy(file.data(), &header, sizeof header);
    for (std::size_t i = 0; i < segments; ++i) {
        Elf64_Phdr segment{};
        segment.p_type = PT_LOAD;
        segment.p_flags = PF_R | PF_X;
        segment.p_offset = data_at + i * kPageSize;
        segment.p_vaddr = segment.p_paddr = 1_MiB + i * kPageSize;
        segment.p_filesz = segment.p_memsz = kPageSize;
        std::memcpy(file.data() + sizeof header + i * sizeof segment, &segment, sizeof segment);
    }
    return file;
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
