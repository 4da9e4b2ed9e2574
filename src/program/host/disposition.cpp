#include "program/host/disposition.hpp"

#include "program/host/call.hpp"

#include <sys/syscall.h>

extern "C" void husk_signal_return();  // in call.cpp

namespace husk::program {

namespace {

constexpr int kKernelSignalSetSize = 8;
constexpr std::uint64_t kSaRestorer = 0x0400'0000;

}  // namespace

HostDisposition HostDisposition::handled_by(HostHandler handler)
{
    return {.handler = host::word(handler),
            .flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | kSaRestorer,
            .restorer = host::word(&husk_signal_return)};
}

HostDisposition host_disposition(int signal)
{
    HostDisposition now;
    host_call(SYS_rt_sigaction, signal, 0, &now, kKernelSignalSetSize);
    return now;
}

void set_host_disposition(int signal, const HostDisposition& disposition)
{
    host_call(SYS_rt_sigaction, signal, &disposition, 0, kKernelSignalSetSize);
}

}  // namespace husk::program
