#include "program/frozen/descriptors.hpp"

#include "program/process/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>

namespace husk::program {

std::vector<FrozenDescriptor> capture_descriptors(Process& process, std::vector<NotFreezable>& refusals)
{
    std::vector<FrozenDescriptor> all;
    for (int fd = 0; fd < process.descriptor_line; ++fd) {
        if (::fcntl(fd, F_GETFD) < 0) continue;
        if (fd <= 2)
            all.push_back({static_cast<std::uint32_t>(fd), static_cast<std::uint32_t>(fd)});
        else
            refusals.push_back({fmt::format("descriptor {}", fd), "it is open"});
    }
    return all;
}

void restore_descriptors(Thread&, std::span<const FrozenDescriptor>) {}

void check_descriptors(std::span<const FrozenDescriptor>, int) {}

}  // namespace husk::program
