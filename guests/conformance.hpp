#pragma once

#include <husk/address.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <span>
#include <string_view>

/// The guests of guests/conformance/, which tests run on every engine: each tells on the debug console what the processor does, and
/// what it should tell is beside it, in tests/golden/conformance/.
namespace husk::guests {

struct Conformance {
    std::string_view name;  ///< of its source, whose first part says the mode: "long_gates"
    x86::Mode mode = x86::Mode::Real;
    std::span<const std::byte> code;  ///< flat, linked at kConformanceBase; its first byte is its entry
    std::string_view transcript;      ///< what it should tell; docs/testing.md says how to read it
};

inline constexpr GuestPhys kConformanceBase{0x8000};

std::span<const Conformance> conformance();

}  // namespace husk::guests
