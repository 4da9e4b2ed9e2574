#include "support/host.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>

namespace husk::test {

bool is_mapped(const void* address)
{
    constexpr std::uintptr_t kPage = 4096;
    unsigned char resident = 0;
    // mincore(2) says ENOMEM of what is not mapped.
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address is rounded down, as mincore wants it
    void* page = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) / kPage * kPage);
    return ::mincore(page, 1, &resident) == 0 || errno != ENOMEM;
}

}  // namespace husk::test
