#pragma once

#include "differential/sequence.hpp"
#include "engine/vm.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <memory>
#include <string>
#include <vector>

namespace husk::test {

/// How a sequence ended.
struct Ending {
    enum class End : std::uint8_t {
        Ended,          ///< at its HLT, or that of a handler
        Otherwise,      ///< by something it should not do: see `exit`
        CannotExecute,  ///< at an instruction that the engine does not know: see `exit`
    };
    End end = End::Otherwise;
    std::string exit{};  ///< in words
    x86::State state{};
    std::vector<std::byte> memory{};  ///< all of it, from guest-physical 0
};

/// Runs sequences on one machine of an engine, each from its own start.
class Runner {
public:
    explicit Runner(std::unique_ptr<engine::Vm> vm);

    /// Throws Error if the host fails.
    Ending run(const Sequence& sequence);

private:
    GuestMemory memory_;
    std::unique_ptr<engine::Vm> vm_;
};

}  // namespace husk::test
