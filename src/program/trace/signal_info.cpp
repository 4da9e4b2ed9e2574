#include "program/trace/signal_info.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>

#include "program/abi/signals.hpp"
#include "program/abi/system_calls.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

/// A guest's pointer, of which only the number is of interest.
std::string pointer(const void* value)
{
    return address(std::bit_cast<std::uint64_t>(value));
}

std::string sender(const siginfo_t& info)
{
    return fmt::format(", si_pid={}, si_uid={}", info.si_pid, info.si_uid);
}

std::string value_of(const siginfo_t& info)
{
    if (info.si_value.sival_ptr == nullptr) return {};
    return fmt::format(", si_value={{int={}, ptr={}}}", info.si_value.sival_int, pointer(info.si_value.sival_ptr));
}

std::string child(const siginfo_t& info)
{
    const std::string ended = info.si_code == CLD_EXITED ? std::to_string(info.si_status) : name_of_signal(info.si_status);
    return fmt::format("{}, si_status={}, si_utime={}, si_stime={}", sender(info),
                       ended.empty() ? std::to_string(info.si_status) : ended, info.si_utime, info.si_stime);
}

std::string from_kernel(const siginfo_t& info)
{
    switch (info.si_signo) {
        case SIGSEGV:
        case SIGBUS:
        case SIGILL:
        case SIGFPE:
        case SIGTRAP: return ", si_addr=" + pointer(info.si_addr);
        case SIGCHLD: return info.si_code == SI_KERNEL ? "" : child(info);
        case SIGIO: return fmt::format(", si_band={}, si_fd={}", info.si_band, info.si_fd);
        case SIGSYS:
            return fmt::format(", si_call_addr={}, si_syscall={}, si_arch={:#x}", pointer(info.si_call_addr),
                               name_of_call(static_cast<std::uint64_t>(info.si_syscall)), info.si_arch);
        default: return {};
    }
}

std::string detail(const siginfo_t& info)
{
    switch (info.si_code) {
        case SI_USER:
        case SI_TKILL: return sender(info);
        case SI_QUEUE:
        case SI_MESGQ: return sender(info) + value_of(info);
        case SI_TIMER:
            return fmt::format(", si_timerid={}, si_overrun={}{}", hexadecimal(static_cast<std::uint32_t>(info.si_timerid)),
                               info.si_overrun, value_of(info));
        default: return from_kernel(info);
    }
}

}  // namespace

std::string format_signal_info(const siginfo_t& info)
{
    const std::string signal = name_of_signal(info.si_signo);
    const std::string_view code = name_of_code(info.si_signo, info.si_code);
    return fmt::format("{{si_signo={}, si_code={}{}}}", signal.empty() ? std::to_string(info.si_signo) : signal,
                       code.empty() ? hexadecimal(static_cast<std::uint32_t>(info.si_code)) : std::string{code}, detail(info));
}

}  // namespace husk::program
