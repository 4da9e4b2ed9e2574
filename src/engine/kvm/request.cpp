#include "engine/kvm/request.hpp"

namespace husk::kvm {

int call_raw(Kernel& kernel, int fd, unsigned long number, const char* name, std::uintptr_t argument)
{
    for (;;) {
        const int result = kernel.ioctl(fd, number, argument);
        if (result >= 0) return result;
        if (errno != EINTR) throw Error{name, errno};
    }
}

int call(Kernel& kernel, int fd, const PlainRequest& request, std::uintptr_t argument)
{
    return call_raw(kernel, fd, request.number, request.name, argument);
}

}  // namespace husk::kvm
