#include <husk/husk.hpp>

#include <array>
#include <cstdio>

// Uses an installed Husk as a stranger would: a guest of three instructions that prints one letter and halts.
int main()
{
    constexpr std::array<unsigned char, 5> guest{
        0xB0, 'h',   // mov al, 'h'
        0xE6, 0xE9,  // out 0xE9, al
        0xF4,        // hlt
    };
    husk::MachineConfig config;
    config.mode = husk::x86::Mode::Real;
    config.debug_console = [](std::span<const std::byte> bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); };
    husk::Machine machine{config};
    const auto written = machine.memory().write(husk::GuestPhys{0}, std::as_bytes(std::span{guest}));
    machine.start(husk::x86::Mode::Real, husk::GuestPhys{0});
    const husk::Stop stop = machine.run();
    std::printf(": %s\n", husk::describe(stop).c_str());
    return written && std::holds_alternative<husk::stops::Halted>(stop) ? 0 : 1;
}
