#pragma once

#include "engine/accesses.hpp"
#include "engine/vcpu.hpp"

#include <husk/machine.hpp>
#include <husk/memory.hpp>
#include <husk/stop.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace husk::machine {

/// What a debugger wants a machine to stop at, and how an engine is brought to do that.
class Breakpoints {
public:
    /// Machine::set_breakpoints().
    void set(std::vector<Breakpoint> wanted, const GuestMemory& memory, engine::Vcpu& vcpu);
    bool empty() const { return wanted_.empty(); }

    /// How they are met on an engine.
    struct Plan {
        engine::DebugRequest request;    ///< by the processor itself
        std::vector<GuestPhys> planted;  ///< by an instruction put there
        bool by_stepping = false;        ///< none of these: by looking at each instruction
        std::string lacks;               ///< why not all of them are met; empty if they are
    };
    Plan plan(const engine::DebugAbilities& abilities, const GuestMemory& memory, const x86::SystemRegisters& system) const;

    /// That for Execute at linear address `at`.
    std::optional<stops::Debug> before(GuestVirt at) const;
    /// That which such accesses meet.
    std::optional<stops::Debug> behind(std::span<const engine::MemoryAccess> accesses) const;

private:
    std::vector<Breakpoint> wanted_;
};

/// The processor asked to stop for a debugger, for as long as it lives. Throws Error.
class Asked {
public:
    Asked(engine::Vcpu& vcpu, const engine::DebugRequest& request) : vcpu_{vcpu} { vcpu.set_debug(request); }
    ~Asked();
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

private:
    engine::Vcpu& vcpu_;
};

/// A plan in force, for as long as it lives: instructions planted, the processor asked for the rest. Throws Error.
class Armed {
public:
    Armed(const Breakpoints::Plan& plan, const engine::DebugAbilities& abilities, GuestMemory& memory, engine::Vcpu& vcpu);
    ~Armed();
    Armed(const Armed&) = delete;
    Armed& operator=(const Armed&) = delete;

private:
    struct Planted {
        GuestPhys at;
        std::byte was{};
    };

    GuestMemory& memory_;
    Asked asked_;
    std::byte instruction_;
    std::vector<Planted> planted_;
};

}  // namespace husk::machine
