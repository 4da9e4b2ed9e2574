#include "bench_boot.hpp"

#include "side.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace husk::bench {
namespace {

/// KiB of `memory` that have pages behind them.
double resident(std::span<const std::byte> memory)
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> in_core(memory.size() / page);
    if (mincore(const_cast<std::byte*>(memory.data()), memory.size(), in_core.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "mincore");
    const auto pages = std::count_if(in_core.begin(), in_core.end(), [](unsigned char bits) { return (bits & 1) != 0; });
    return static_cast<double>(pages) * static_cast<double>(page) / 1024;
}

double touched_on_floor()
{
    Floor floor{guest::hello64()};
    floor_console console{};
    floor_run(floor.get(), &console);
    return resident({reinterpret_cast<const std::byte*>(floor.get()->memory), FLOOR_MEMORY_SIZE});
}

double touched_on_husk()
{
    Machine machine;
    load_flat(machine, guest::hello64());
    run_to_halt(machine);
    return resident(machine.memory().regions().front().host);
}

}  // namespace

void add_boot(std::vector<Comparison>& all, const Programs& programs)
{
    all.push_back({.what = "`husk boot` of the hello guest, whole process",
                   .floor = [command = programs.floor] { return run_process(command); },
                   .husk = [command = programs.husk] { return run_process(command); },
                   .pairs = 301,
                   .bound = Bound{Bound::Of::Time, 1.5}});
}

Row weigh_boot(const Programs& programs)
{
    constexpr int kTimes = 5;
    std::vector<double> floor;
    std::vector<double> husk;
    for (int i = 0; i < kTimes; ++i) {
        floor.push_back(peak_resident(programs.floor));
        husk.push_back(peak_resident(programs.husk));
    }
    return {.what = kWeighBoot,
            .unit = Row::Unit::Kibibytes,
            .floor = median(floor) - touched_on_floor(),
            .husk = median(husk) - touched_on_husk(),
            .pairs = kTimes,
            .bound = Bound{Bound::Of::Memory, 4096}};
}

}  // namespace husk::bench
