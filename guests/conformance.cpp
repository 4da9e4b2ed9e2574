#include "guests/conformance.hpp"

#include <vector>

// conformance_list.inc is made by CMake: a line HUSK_GUEST(NAME, MODE) for each guest.
#define HUSK_GUEST(guest, mode)                                                          \
    extern "C" const std::byte husk_guest_##guest##_begin[], husk_guest_##guest##_end[]; \
    extern "C" const char husk_guest_##guest##_transcript_begin[], husk_guest_##guest##_transcript_end[];
#include <conformance_list.inc>
#undef HUSK_GUEST

namespace husk::guests {

std::span<const Conformance> conformance()
{
#define HUSK_GUEST(guest, mode)                                         \
    Conformance{#guest,                                                 \
                x86::Mode::mode,                                        \
                {husk_guest_##guest##_begin, husk_guest_##guest##_end}, \
                {husk_guest_##guest##_transcript_begin, husk_guest_##guest##_transcript_end}},
    static const std::vector<Conformance> guests{
#include <conformance_list.inc>
    };
#undef HUSK_GUEST
    return guests;
}

}  // namespace husk::guests
