#pragma once

#include "memory/reservation.hpp"
#include "program/space/layout.hpp"

#include <husk/address.hpp>

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace husk::program {

/// The guest's memory as its system calls may use it. Husk itself never dereferences it: another thread of the guest's may unmap or
/// change it at any time, so whatever is looked at is copied first, once.
class UserMemory {
public:
    explicit UserMemory(const Reservation& reservation) : reservation_{&reservation} {}

    /// True if `size` bytes at `at` lie in the part of the space that is the guest's. Mapped or not: the host's kernel will tell.
    bool within(GuestVirt at, std::uint64_t size) const { return at.value <= end() && size <= end() - at.value; }
    /// One past the guest's part.
    std::uint64_t end() const { return layout::Extent{reservation_->size()}.user_end(); }

    /// The address to hand to the host's kernel; nothing (the guest's EFAULT) if it is not within(). Null is not within.
    std::optional<std::uint64_t> host(GuestVirt at, std::uint64_t size) const
    {
        if (at.value == 0 || !within(at, size)) return std::nullopt;
        return reservation_->base() + at.value;
    }
    /// Likewise, but null stays null, for arguments that may be left out.
    std::optional<std::uint64_t> host_or_null(GuestVirt at, std::uint64_t size) const
    {
        return at.value == 0 ? std::optional<std::uint64_t>{0} : host(at, size);
    }
    /// The guest's address of a host address within the reservation.
    GuestVirt guest(std::uint64_t host_address) const { return {host_address - reservation_->base()}; }

    /// Copies; false (the guest's EFAULT) if not every byte could be. A write that fails may have been done in part.
    [[nodiscard]] bool read(GuestVirt at, std::span<std::byte> into) const;
    [[nodiscard]] bool write(GuestVirt at, std::span<const std::byte> from) const;

    /// Copies what can be, from `at` on: how many bytes.
    std::size_t read_some(GuestVirt at, std::span<std::byte> into) const;

    /// A copy of a structure; nothing is EFAULT.
    template <typename T>
    std::optional<T> get(GuestVirt at) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        T value{};
        if (!read(at, std::as_writable_bytes(std::span{&value, 1}))) return std::nullopt;
        return value;
    }
    template <typename T>
    [[nodiscard]] bool put(GuestVirt at, const T& value) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        return write(at, std::as_bytes(std::span{&value, 1}));
    }
    /// `count` of them; the caller has bounded it.
    template <typename T>
    std::optional<std::vector<T>> get_array(GuestVirt at, std::size_t count) const
    {
        static_assert(std::is_trivially_copyable_v<T>);
        std::vector<T> values(count);
        if (count != 0 && !read(at, std::as_writable_bytes(std::span{values}))) return std::nullopt;
        return values;
    }

    /// The string up to its NUL, of at most `longest` bytes without it. The error is EFAULT, or ENAMETOOLONG.
    tl::expected<std::string, int> string(GuestVirt at, std::size_t longest) const;

private:
    const Reservation* reservation_;
};

}  // namespace husk::program
