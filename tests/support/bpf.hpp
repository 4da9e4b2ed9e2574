#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <span>

namespace husk::test {

/// What the kernel would make of a system call under a seccomp filter: SECCOMP_RET_…. Throws std::logic_error for a program that
/// the kernel would not take, or that uses what libseccomp does not.
std::uint32_t verdict(std::span<const sock_filter> filter, const seccomp_data& call);

}  // namespace husk::test
