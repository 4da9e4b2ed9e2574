#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The signals of Linux for x86-64.
namespace husk::program {

inline constexpr int kLastSignal = 64;
inline constexpr int kFirstRealTimeSignal = 32;  // the kernel's; the C library keeps the first two to itself

/// "SIGSEGV"; "SIGRTMIN" for 32 and "SIGRT_1" to "SIGRT_32" for those above; "" if there is none of that number.
std::string name_of_signal(int signal);
/// The number of "SIGSEGV" or "SEGV", "SIGRT_3" or "SIGRTMIN+3".
std::optional<int> find_signal(std::string_view name);

/// What `code` in a siginfo_t of that signal is called: "SEGV_MAPERR", "SI_USER"; "" if it has no name.
std::string_view name_of_code(int signal, int code);

/// A set of signals as the kernel has it, signal 1 in bit 0: "[]", "[INT TERM]", "~[KILL STOP]" if most are in.
std::string describe_signal_set(std::uint64_t set);

}  // namespace husk::program
