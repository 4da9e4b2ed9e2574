#include "engine/vm.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace husk::engine {

void check_pages(GuestPhys base, std::uint64_t size)
{
    const bool whole = base.value % kPageSize == 0 && size % kPageSize == 0;
    if (!whole || size == 0 || size - 1 > ~base.value)
        throw std::invalid_argument{fmt::format("guest memory of {:#x} bytes at {:#x}: not whole pages", size, base.value)};
}

void Vm::map(const GuestMemory& memory)
{
    for (const auto& [spec, host] : memory.regions()) add_memory(spec.base, host, true);
}

}  // namespace husk::engine
