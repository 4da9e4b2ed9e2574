#pragma once

#include "program/process/process.hpp"

#include <husk/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace husk::program {

/// INT3 in the program's code, which is there only while the program runs: whoever looks at it when it is held sees what it is.
class Planted {
public:
    explicit Planted(Process& process) : process_{process} {}

    /// While no thread runs. Throws Error, with none planted, if one cannot be.
    void put(const std::vector<Breakpoint>& breakpoints);
    void take_away();
    bool has(std::uint64_t at) const;

private:
    struct Place {
        std::uint64_t at = 0;
        std::byte was{};
    };
    Process& process_;
    std::vector<Place> places_;  ///< by address
};

/// Writes what the program's memory holds, code too, whatever the program itself may do there. While no thread runs. False if not
/// all of it was written.
[[nodiscard]] bool overwrite(Process& process, std::uint64_t at, std::span<const std::byte> bytes);

}  // namespace husk::program
