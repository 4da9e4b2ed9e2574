#include <husk/husk.hpp>

#include <array>
#include <chrono>
#include <cstdio>

int main()
{
    constexpr std::array<unsigned char, 5> code{0xB0, 'h', 0xE6, 0xE9, 0xF4};  // mov al, 'h'; out 0xE9, al; hlt
    const auto print = [](std::span<const std::byte> bytes) { std::fwrite(bytes.data(), 1, bytes.size(), stdout); };

    const auto image = husk::parse_image(std::as_bytes(std::span{code}), {.mode = husk::x86::Mode::Real});
    if (!image) return std::fprintf(stderr, "%s\n", husk::describe(image.error()).c_str()), 1;

    husk::Machine machine{{.mode = image->mode, .debug_console = print}};
    if (const auto loaded = husk::load(machine, *image); !loaded) return 1;

    const husk::Stop stop = machine.run(std::chrono::seconds{1});
    std::printf(": %s\n", husk::describe(stop).c_str());
    return std::holds_alternative<husk::stops::Halted>(stop) ? 0 : 1;
}
