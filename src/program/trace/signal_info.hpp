#pragma once

#include <csignal>
#include <string>

namespace husk::program {

/// "{si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=0x8}".
std::string format_signal_info(const siginfo_t& info);

}  // namespace husk::program
