#pragma once

#include "base/unique_fd.hpp"
#include "program/frozen/descriptors.hpp"
#include "program/host/call.hpp"
#include "program/process/process.hpp"

#include <cerrno>
#include <span>
#include <string_view>

/// What the files that restore descriptors share. All have been checked.
namespace husk::program {

/// Throws Error: "descriptor 5, /data/words: …".
[[noreturn]] void refuse(const FrozenDescriptor& descriptor, std::string_view problem, int error = EINVAL);
/// Throws that if `result` is an error, and gives it back otherwise.
int must(const FrozenDescriptor& descriptor, std::string_view doing, Result result);

/// Gives `made` its number and flag. Whatever is made has the lowest free number, so that none is in the way of another.
void place(const FrozenDescriptor& descriptor, UniqueFd made);
/// The open file that `above`, a descriptor of Husk's, leads to, anew, as a descriptor of its own.
UniqueFd opened_again(const Process& process, const FrozenDescriptor& descriptor, int above);

void restore_file(Thread& thread, const FrozenDescriptor& descriptor);
/// All of `all` that lead to the same one, which `first` is the first of.
void restore_memory(const Process& process, const FrozenDescriptor& first, std::span<const FrozenDescriptor> all);
void restore_pipe(const Process& process, const FrozenDescriptor& first, std::span<const FrozenDescriptor> all);
void restore_event(const FrozenDescriptor& descriptor);
void restore_timer(const FrozenDescriptor& descriptor);
void restore_signals(Process& process, const FrozenDescriptor& descriptor);
void restore_epoll(const FrozenDescriptor& descriptor);
/// Once all that it watches is there.
void restore_watches(const FrozenDescriptor& descriptor);

}  // namespace husk::program
