#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace husk {

/// Owns a piece of this process's address space.
class Mapping {
public:
    Mapping() = default;
    ~Mapping();
    Mapping(Mapping&& from) noexcept;
    Mapping& operator=(Mapping&& from) noexcept;
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    /// `size` bytes of zeroes: private, without swap reservation, pages given when touched; starts at a multiple of `alignment`
    /// (a power of two, at least a page). Throws Error.
    static Mapping anonymous(std::uint64_t size, std::uint64_t alignment);
    /// `size` bytes that cannot be read, written or taken by anything else; starts at a multiple of `alignment`. Throws Error.
    static Mapping inaccessible(std::uint64_t size, std::uint64_t alignment);
    /// `size` bytes of a file from `offset`, readable and writable; what is written stays private. Starts at a multiple of
    /// `alignment`. Throws Error naming `what`.
    static Mapping copy_on_write(int fd, std::uint64_t offset, std::uint64_t size, std::uint64_t alignment, std::string_view what);
    /// `size` bytes of a file or device, shared with it, readable and writable. Throws Error naming `what`.
    static Mapping shared(int fd, std::uint64_t size, std::string_view what);

    /// The same in the place of what is mapped here, all of it. Throws Error naming `what`, and nothing has changed then.
    void become_copy_on_write(int fd, std::uint64_t offset, std::string_view what);

    std::span<std::byte> bytes() const { return bytes_; }

    /// madvise over the whole mapping. Advice is a wish: false if the host does not grant it.
    bool advise(int advice) const noexcept;

private:
    static Mapping aligned(std::uint64_t size, std::uint64_t alignment, int protection);
    explicit Mapping(std::span<std::byte> bytes) : bytes_{bytes} {}
    void unmap() noexcept;
    std::span<std::byte> bytes_;
};

}  // namespace husk
