#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace husk {

/// What the host refused: a system call, an ioctl or a library that Husk stands on. Never thrown for what a guest does (that is
/// a Stop) nor for misuse of the API (that is std::invalid_argument).
class Error : public std::system_error {
public:
    /// `call` names what failed as its manual does ("KVM_CREATE_VM", "mmap"); `error` is its errno; `hint`, if any, says what to
    /// do about it and ends up in what().
    Error(std::string_view call, int error, std::string_view hint = {});

    /// The name of the call that failed.
    const std::string& call() const noexcept { return call_; }
    /// What to do about it; empty if there is nothing to say.
    const std::string& hint() const noexcept { return hint_; }

private:
    std::string call_;
    std::string hint_;
};

}  // namespace husk
