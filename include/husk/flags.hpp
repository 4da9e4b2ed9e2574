#pragma once

#include <type_traits>

namespace husk {

/// A set of bits of one register or table entry, typed by the enumeration that names them, so that bits of different registers
/// do not mix. Keeps bits that have no name.
template <typename Bit>
requires std::is_enum_v<Bit>
class Flags {
public:
    using Word = std::underlying_type_t<Bit>;

    constexpr Flags() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): one bit is a set of one
    constexpr Flags(Bit bit) : word_{static_cast<Word>(bit)} {}
    constexpr explicit Flags(Word word) : word_{word} {}

    constexpr Word word() const { return word_; }
    /// True if every bit of `all` is set.
    constexpr bool has(Flags all) const { return (word_ & all.word_) == all.word_; }
    constexpr Flags operator|(Flags more) const { return Flags{static_cast<Word>(word_ | more.word_)}; }
    constexpr Flags& operator|=(Flags more) { return *this = *this | more; }
    constexpr Flags without(Flags these) const { return Flags{static_cast<Word>(word_ & ~these.word_)}; }
    constexpr bool operator==(const Flags&) const = default;

private:
    Word word_ = 0;
};

}  // namespace husk
