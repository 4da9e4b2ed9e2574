#pragma once

#include "machine/choose_engine.hpp"

#include <functional>
#include <future>
#include <thread>

namespace husk::machine {

/// choose_engine() on a thread of its own, while this one does something else: on many hosts to make a machine takes KVM longer
/// than all else that comes before a guest's first instruction.
class EngineAhead {
public:
    using Then = std::function<void(Chosen)>;

    /// Begins. Throws std::system_error if there is no thread to be had.
    EngineAhead(Engine wanted, x86::Mode mode);
    ~EngineAhead();
    EngineAhead(const EngineAhead&) = delete;
    EngineAhead& operator=(const EngineAhead&) = delete;

    /// What the thread does with the engine as soon as it has it. Once.
    void then(Then use);
    /// Waits until that is done, and the thread has ended; once, after then(). Throws what choose_engine() throws, or `use`.
    void finish();

private:
    std::promise<Then> use_;
    std::promise<void> done_;
    bool told_ = false;  ///< what to do
    std::thread thread_;
};

}  // namespace husk::machine
