#include "engine/kvm/request.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace husk::kvm {

std::string request_name(unsigned long number)
{
    constexpr auto kNames =
        [](const auto&... requests) {
            return std::array{std::pair{requests.number, requests.name}...};
        }(kGetApiVersion, kCreateVm, kCheckExtension, kGetVcpuMmapSize, kSetTssAddr, kCreateVcpu, kRun, kGetSupportedCpuid,
          kSetCpuid2, kSetSignalMask, kSetUserMemoryRegion, kRegisterCoalescedMmio, kGetRegs, kSetRegs, kGetSregs, kSetSregs,
          kGetMsrs, kSetMsrs, kGetXcrs, kSetXcrs, kGetXsave, kSetXsave, kGetXsave2, kSetGuestDebug, kSetDeviceAttr);
    for (const auto& [request, name] : kNames)
        if (request == number) return name;
    return fmt::format("ioctl {:#x}", number);
}

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
