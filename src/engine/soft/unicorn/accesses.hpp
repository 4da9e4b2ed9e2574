#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace husk::soft {

/// One access of an instruction to a device.
struct Access {
    enum class Kind : std::uint8_t { PortIn, PortOut, Read, Write };

    Kind kind = Kind::Read;
    std::uint64_t at = 0;  ///< port, or guest-physical address
    std::uint8_t size = 0;
    std::array<std::byte, 8> data{};

    bool same_place(const Access& other) const { return kind == other.kind && at == other.at && size == other.size; }
    bool covers(std::uint64_t address) const { return address - at < size; }
};

/// The accesses to devices that the instruction at hand has made. An instruction that needs an answer is abandoned, and started
/// again once the answer is there; this remembers the answers, so that the instruction finds them, and does nothing twice.
class Accesses {
public:
    /// The instruction starts, again or for the first time.
    void restart();
    /// The instruction is done, or another takes its place.
    void clear();

    /// The next access, as the instruction makes it. If it was made before, gives its answer. If not, becomes fresh(), and the
    /// instruction must be abandoned.
    const Access* make(const Access& access);

    /// What the instruction was abandoned for.
    std::optional<Access>& fresh() { return fresh_; }
    /// fresh() has its answer.
    void answer();

private:
    std::vector<Access> answered_;
    std::size_t next_ = 0;
    std::optional<Access> fresh_;
};

}  // namespace husk::soft
