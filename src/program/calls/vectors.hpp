#pragma once

#include "program/process/thread.hpp"

#include <husk/address.hpp>

#include <sys/uio.h>

#include <tl/expected.hpp>

#include <cstdint>
#include <vector>

namespace husk::program {

/// The buffers of readv and its kin: copied once, each checked, so that no other thread of the guest's can change them after.
class Vectors {
public:
    /// `count` as the guest gave it. The error is what the call answers: −EINVAL (too many, or a negative length), −EFAULT.
    static tl::expected<Vectors, Result> copy(Thread& thread, GuestVirt at, std::uint64_t count);

    const iovec* data() const { return buffers_.data(); }
    std::uint64_t count() const { return buffers_.size(); }
    /// Bytes in all, as much as one call can transfer at most.
    std::uint64_t bytes() const;
    /// Leaves the first `bytes`.
    void shorten(std::uint64_t bytes);

private:
    std::vector<iovec> buffers_;
};

}  // namespace husk::program
