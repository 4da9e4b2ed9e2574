#include "differential/setting.hpp"

#include <stdexcept>

namespace husk::test {

std::string_view name(Setting setting)
{
    constexpr std::array<std::string_view, kSettings.size()> kNames{"real",   "protected16", "protected", "paged", "pae",
                                                                    "compat", "long",        "user32",    "user"};
    return kNames[static_cast<std::size_t>(setting)];
}

unsigned bits(Setting setting)
{
    switch (setting) {
        case Setting::Real:
        case Setting::Protected16: return 16;
        case Setting::Long:
        case Setting::User: return 64;
        default: return 32;
    }
}

unsigned ring(Setting setting)
{
    return setting == Setting::User || setting == Setting::User32 ? 3 : 0;
}

bool is_paged(Setting setting)
{
    return setting >= Setting::Paged;
}

bool is_long(Setting setting)
{
    return setting >= Setting::Compat;
}

x86::Segment& segment(x86::SystemRegisters& system, Seg seg)
{
    switch (seg) {
        case Seg::Es: return system.es;
        case Seg::Cs: return system.cs;
        case Seg::Ss: return system.ss;
        case Seg::Ds: return system.ds;
        case Seg::Fs: return system.fs;
        case Seg::Gs: return system.gs;
    }
    throw std::invalid_argument{"no such segment register"};
}

const x86::Segment& segment(const x86::SystemRegisters& system, Seg seg)
{
    return segment(const_cast<x86::SystemRegisters&>(system), seg);
}

}  // namespace husk::test
