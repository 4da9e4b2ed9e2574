#pragma once

#include "floor/floor.h"
#include "guest.hpp"
#if HUSK_SOFT_ENGINE
#include "floor/unicorn_floor.h"
#endif

#include <husk/husk.hpp>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

/// A guest, loaded and ready to run, on either side; and the check that both did what they were measured at.
namespace husk::bench {

/// A figure is worth nothing if the work was not done.
inline void expect(bool done, const char* what)
{
    if (!done) throw std::runtime_error(std::string{"the measured work went wrong: "} + what);
}

/// The floor's machine for as long as it lives: KVM by raw ioctls.
class KvmFloor {
public:
    explicit KvmFloor(guest::Code code)
    {
        floor_create(&vm_);
        floor_load(&vm_, code.data(), code.size());
    }
    ~KvmFloor() { floor_destroy(&vm_); }
    KvmFloor(const KvmFloor&) = delete;
    KvmFloor& operator=(const KvmFloor&) = delete;

    std::span<std::byte> memory() { return std::as_writable_bytes(std::span{vm_.memory, std::size_t{FLOOR_MEMORY_SIZE}}); }
    std::uint64_t run(floor_console& console) { return floor_run(&vm_, &console); }
    static bool live(guest::Code code, floor_console& console) { return floor_life(code.data(), code.size(), &console); }

private:
    floor_vm vm_{};
};

#if HUSK_SOFT_ENGINE
/// The same on Unicorn in plain C.
class UnicornFloor {
public:
    explicit UnicornFloor(guest::Code code)
    {
        unicorn_floor_create(&vm_);
        unicorn_floor_load(&vm_, code.data(), code.size());
    }
    ~UnicornFloor() { unicorn_floor_destroy(&vm_); }
    UnicornFloor(const UnicornFloor&) = delete;
    UnicornFloor& operator=(const UnicornFloor&) = delete;

    std::span<std::byte> memory() { return std::as_writable_bytes(std::span{vm_.memory, std::size_t{FLOOR_MEMORY_SIZE}}); }
    std::uint64_t run(floor_console& console) { return unicorn_floor_run(&vm_, &console); }
    static bool live(guest::Code code, floor_console& console) { return unicorn_floor_life(code.data(), code.size(), &console); }

private:
    unicorn_floor vm_{};
};
#endif

/// Loads a flat guest the way any user of the library does.
inline void load_flat(Machine& machine, guest::Code code)
{
    const auto image = parse_image(code, {.flat = true});
    expect(image.has_value(), "parse_image");
    expect(load(machine, *image).has_value(), "load");
}

/// Runs to HLT, on no other than the engine that the machine was made with.
inline void run_to_halt(Machine& machine)
{
    const Engine before = machine.engine();
    const Stop stop = machine.run();
    if (!std::holds_alternative<stops::Halted>(stop)) throw std::runtime_error("the guest did not halt: " + describe(stop));
    expect(machine.engine() == before, "Husk changed engines");
}

}  // namespace husk::bench
