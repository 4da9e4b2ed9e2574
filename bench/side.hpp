#pragma once

#include "floor/floor.h"
#include "guest.hpp"

#include <husk/husk.hpp>

#include <stdexcept>
#include <string>

/// A guest, loaded and ready to run, on either side; and the check that both did what they were measured at.
namespace husk::bench {

/// A figure is worth nothing if the work was not done.
inline void expect(bool done, const char* what)
{
    if (!done) throw std::runtime_error(std::string{"the measured work went wrong: "} + what);
}

/// The floor's machine for as long as it lives.
class Floor {
public:
    explicit Floor(guest::Code code)
    {
        floor_create(&vm_);
        floor_load(&vm_, code.data(), code.size());
    }
    ~Floor() { floor_destroy(&vm_); }
    Floor(const Floor&) = delete;
    Floor& operator=(const Floor&) = delete;

    floor_vm* get() { return &vm_; }

private:
    floor_vm vm_{};
};

/// Loads a flat guest the way any user of the library does.
inline void load_flat(Machine& machine, guest::Code code)
{
    const auto image = parse_image(code, {.flat = true});
    expect(image.has_value(), "parse_image");
    expect(load(machine, *image).has_value(), "load");
}

/// Runs to HLT, on KVM: the software engine is not what is compared.
inline void run_to_halt(Machine& machine)
{
    const Stop stop = machine.run();
    if (!std::holds_alternative<stops::Halted>(stop)) throw std::runtime_error("the guest did not halt: " + describe(stop));
    expect(machine.engine() == Engine::Kvm, "Husk did not take KVM");
}

}  // namespace husk::bench
