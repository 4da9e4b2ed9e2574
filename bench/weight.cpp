#include "weight.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace husk::bench {

double resident(std::span<const std::byte> memory)
{
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> in_core(memory.size() / page);
    if (mincore(const_cast<std::byte*>(memory.data()), memory.size(), in_core.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "mincore");
    const auto pages = std::count_if(in_core.begin(), in_core.end(), [](unsigned char bits) { return (bits & 1) != 0; });
    return static_cast<double>(pages) * static_cast<double>(page) / 1024;
}

double touched_on_husk(Engine engine)
{
    Machine machine{{.engine = engine}};
    load_flat(machine, guest::hello64());
    run_to_halt(machine);
    return resident(machine.memory().regions().front().host);
}

Row weigh(const char* what, const Weighed& reference, const Weighed& measured, std::optional<Bound> bound)
{
    constexpr int kTimes = 5;
    std::vector<double> of_reference;
    std::vector<double> of_measured;
    for (int i = 0; i < kTimes; ++i) {
        of_reference.push_back(peak_resident(reference.command));
        of_measured.push_back(peak_resident(measured.command));
    }
    return {.what = what,
            .unit = Row::Unit::Kibibytes,
            .reference = median(of_reference) - reference.guest,
            .measured = median(of_measured) - measured.guest,
            .pairs = kTimes,
            .bound = bound};
}

}  // namespace husk::bench
