#include <husk/x86.hpp>

#include <fmt/format.h>

namespace husk::x86 {

std::string_view name(Mode mode)
{
    switch (mode) {
        case Mode::Real: return "real";
        case Mode::Protected: return "protected";
        case Mode::Paged: return "paged";
        case Mode::Long: return "long";
    }
    return "?";
}

unsigned bits(Mode mode)
{
    switch (mode) {
        case Mode::Real: return 16;
        case Mode::Protected:
        case Mode::Paged: return 32;
        case Mode::Long: return 64;
    }
    return 0;
}

Mode mode_of(const SystemRegisters& system)
{
    if (!system.cr0.has(Cr0::PE)) return Mode::Real;
    if (system.efer.has(Efer::LMA)) return Mode::Long;
    return system.cr0.has(Cr0::PG) ? Mode::Paged : Mode::Protected;
}

unsigned bits_of_code(const SystemRegisters& system)
{
    if (system.efer.has(Efer::LMA) && system.cs.long_code) return 64;
    return system.cs.big ? 32 : 16;
}

std::string name_of_vector(std::uint8_t vector)
{
    // SDM Vol. 3A, "Protected-Mode Exceptions and Interrupts" (table 6-1).
    static constexpr std::array<std::string_view, 22> kNames{
        "#DE divide error",
        "#DB debug",
        "non-maskable interrupt",
        "#BP breakpoint",
        "#OF overflow",
        "#BR bound range exceeded",
        "#UD invalid opcode",
        "#NM device not available",
        "#DF double fault",
        "coprocessor segment overrun",
        "#TS invalid TSS",
        "#NP segment not present",
        "#SS stack-segment fault",
        "#GP general protection",
        "#PF page fault",
        "exception 15",
        "#MF x87 floating-point error",
        "#AC alignment check",
        "#MC machine check",
        "#XM SIMD floating-point",
        "#VE virtualization",
        "#CP control protection",
    };
    return vector < kNames.size() ? std::string{kNames[vector]} : fmt::format("interrupt {}", vector);
}

}  // namespace husk::x86
