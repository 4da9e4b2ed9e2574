#pragma once

#include "interleave.hpp"

#include <husk/instance.hpp>

#include <optional>
#include <string>
#include <vector>

/// Calling functions of a frozen program, by Husk and by the floor.
namespace husk::bench {

/// program_functions, frozen, and an instance of it that is warm.
class Functions {
public:
    explicit Functions(const std::string& path);
    ~Functions();
    Functions(const Functions&) = delete;
    Functions& operator=(const Functions&) = delete;

    /// A thaw, and a call of a function that does nothing.
    Nanoseconds first_call_on_husk();
    /// A machine of which the memory is mapped privately from a file, and its first exit.
    Nanoseconds first_exit_on_floor() const;

    /// So many calls, of the warm instance.
    Nanoseconds calls_on_husk(std::uint64_t count);
    /// The same with a reset before each, which does not count.
    Nanoseconds calls_after_reset_on_husk(std::uint64_t count);

    /// After a call that wrote to so many pages; those and what else a call touches.
    Nanoseconds reset_on_husk(std::uint64_t pages);
    /// So many pages copied from a file, as if somebody knew which.
    Nanoseconds copy_on_floor(std::uint64_t pages);

private:
    void call_nothing(Instance& instance) const;

    FrozenProgram frozen_;
    GuestVirt nothing_, write_pages_;
    Instance warm_;
    int floor_memory_;
    std::vector<std::byte> buffer_;
};

}  // namespace husk::bench
