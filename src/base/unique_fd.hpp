#pragma once

#include <unistd.h>

#include <utility>

namespace husk {

/// Owns a file descriptor.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_{fd} {}
    ~UniqueFd()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    UniqueFd(UniqueFd&& from) noexcept : fd_{std::exchange(from.fd_, -1)} {}
    UniqueFd& operator=(UniqueFd&& from) noexcept
    {
        UniqueFd taken{std::move(from)};
        std::swap(fd_, taken.fd_);
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    int get() const { return fd_; }
    /// Gives it to the caller, who owns it then.
    int release() { return std::exchange(fd_, -1); }
    /// Takes the lowest free number from `line` on, if its own is lower. Throws Error.
    void move_above(int line);
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

}  // namespace husk
