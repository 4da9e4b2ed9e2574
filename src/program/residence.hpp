#pragma once

#include "machine/engine_ahead.hpp"
#include "program/home.hpp"
#include "program/output_reader.hpp"

#include <optional>

namespace husk::program {

/// A program where it lives: in this process and as it, or at home, apart from the rest of the process.
class Residence {
public:
    /// `thawed`: what it goes on from; nothing: it starts. `ahead`: its machine, if that was begun already.
    explicit Residence(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed = {},
                       std::unique_ptr<machine::EngineAhead> ahead = {});

    Parts& parts() { return owner_ ? *owner_ : home_->parts(); }
    const Parts& parts() const { return owner_ ? *owner_ : home_->parts(); }
    /// Nothing: it was frozen.
    std::optional<ProgramStop> run();

private:
    OutputReaders readers_;
    std::unique_ptr<Parts> owner_;
    std::unique_ptr<Home> home_;
};

}  // namespace husk::program
