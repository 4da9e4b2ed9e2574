#pragma once

#include "engine/exit.hpp"
#include "engine/vcpu.hpp"
#include "trace/processor_track.hpp"

#include <husk/machine.hpp>

namespace husk::machine {

/// Tells a trace file what a machine's processor leaves the guest for.
class ExitTrace {
public:
    /// A process of its own in the file, which starts its thread here. `engine`: what executes the guest.
    ExitTrace(const MachineConfig& config, Engine engine);

    /// run() begins: to be called before all that follows.
    void begins(engine::Vcpu& vcpu);
    /// Around Vcpu::run(), while what the exit refers to is there.
    void enters();
    void left(const engine::Exit& exit, engine::Vcpu& vcpu);
    void changed_engine(const std::string& reason);
    /// run() ends.
    void stops(const Stop& stop);

private:
    void tell_answer();
    void tell_place(const engine::Exit& exit, engine::Vcpu& vcpu);

    std::function<std::string(GuestVirt)> symbol_at_;
    Engine engine_;
    trace::ProcessorTrack track_;
    trace::PlaceNames names_;
    trace::PlaceNames names_behind_;   ///< of addresses that may be behind the instruction that is meant
    bool has_segments_ = false;        ///< CS may have a base
    std::span<const std::byte> read_;  ///< where the answer to the last exit will be, in items of so many bytes
    std::size_t width_ = 0;
};

}  // namespace husk::machine
