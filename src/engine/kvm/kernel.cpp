#include "engine/kvm/kernel.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>

namespace husk::kvm {

int Kernel::open_kvm()
{
    return ::open("/dev/kvm", O_RDWR | O_CLOEXEC);
}

int Kernel::ioctl(int fd, unsigned long request, std::uintptr_t argument)
{
    return ::ioctl(fd, request, argument);
}

Mapping Kernel::map_run_page(int vcpu, std::uint64_t size)
{
    return Mapping::shared(vcpu, size, "mmap of the vCPU's run page");
}

Kernel& Kernel::host()
{
    static Kernel kernel;
    return kernel;
}

}  // namespace husk::kvm
