#include "support/guards.hpp"

#include <husk/address.hpp>

#include <sys/mman.h>

namespace husk::test {

Guards::Guards(const GuestMemory& memory)
{
    for (const GuestMemory::Region& region : memory.regions()) {
        add(region.host.data() - kPageSize);
        add(region.host.data() + region.host.size());
    }
}

Guards::~Guards()
{
    for (void* page : pages_) ::munmap(page, kPageSize);
}

void Guards::add(std::byte* at)
{
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    void* page = ::mmap(at, kPageSize, PROT_NONE, kFlags, -1, 0);
    if (page == at)
        pages_.push_back(page);  // else there is something already
    else if (page != MAP_FAILED)
        ::munmap(page, kPageSize);
}

}  // namespace husk::test
