#include "guests/builtin.hpp"

extern "C" {
extern const std::byte husk_guest_hello16_begin[], husk_guest_hello16_end[];
extern const std::byte husk_guest_hello32_begin[], husk_guest_hello32_end[];
extern const std::byte husk_guest_hello64_begin[], husk_guest_hello64_end[];
}

namespace husk::guests {

std::array<Builtin, 4> builtin()
{
    const std::span real{husk_guest_hello16_begin, husk_guest_hello16_end};
    const std::span flat32{husk_guest_hello32_begin, husk_guest_hello32_end};
    const std::span flat64{husk_guest_hello64_begin, husk_guest_hello64_end};
    return {{
        {x86::Mode::Real, real, 2},
        {x86::Mode::Protected, flat32, 4},
        {x86::Mode::Paged, flat32, 4},
        {x86::Mode::Long, flat64, 8},
    }};
}

}  // namespace husk::guests
