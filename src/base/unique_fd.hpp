#pragma once

#include <unistd.h>

#include <utility>

namespace husk {

/// Owns a file descriptor.
class UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_{fd} {}
    ~UniqueFd() { reset(); }
    UniqueFd(UniqueFd&& from) noexcept : fd_{std::exchange(from.fd_, -1)} {}
    UniqueFd& operator=(UniqueFd&& from) noexcept
    {
        reset();
        fd_ = std::exchange(from.fd_, -1);
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    void reset()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd_ = -1;
};

}  // namespace husk
