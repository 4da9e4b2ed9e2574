#pragma once

#include "differential/maker.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace husk::test {

/// Which instructions sequences are made of.
enum class Level : std::uint8_t {
    Interpreted,  ///< what KVM's instruction emulator knows: ring 0 where KVM works without VT-x and AMD-V
    All,          ///< all that the software engine knows
};

/// Instructions of one kind.
struct Family {
    std::string_view name;
    void (*make)(Maker& maker);
    unsigned weight = 1;  ///< how often, beside the others
    Level level = Level::Interpreted;
    bool (*fits)(Setting setting) = nullptr;  ///< null: in every setting
};

/// The families of each file.
std::span<const Family> arithmetic_families();
std::span<const Family> shift_families();
std::span<const Family> multiply_families();
std::span<const Family> bit_families();
std::span<const Family> move_families();
std::span<const Family> stack_families();
std::span<const Family> string_families();
std::span<const Family> decimal_families();
std::span<const Family> branch_families();
std::span<const Family> far_families();
std::span<const Family> system_families();
std::span<const Family> x87_families();
std::span<const Family> sse_families();
std::span<const Family> sse_move_families();
std::span<const Family> extension_families();

/// Those that end a sequence.
std::span<const Family> fault_families();

/// A few instructions on registers, none of `keep`, that leave no flag undefined: what branches go around and over.
void make_block(Maker& maker, unsigned count);

/// The flags that a condition (the lowest 4 bits of Jcc, SETcc and CMOVcc) reads.
FlagSet read_by_condition(unsigned condition);

inline bool is_not_64_bit(Setting setting)
{
    return bits(setting) != 64;
}
inline bool is_64_bit(Setting setting)
{
    return bits(setting) == 64;
}
inline bool is_ring_0(Setting setting)
{
    return ring(setting) == 0;
}

}  // namespace husk::test
