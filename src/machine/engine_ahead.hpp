#pragma once

#include "machine/choose_engine.hpp"

#include <future>
#include <thread>

namespace husk::machine {

/// choose_engine() on a thread of its own, while this one does something else: on many hosts to make a machine takes KVM longer
/// than all else that comes before a guest's first instruction.
class EngineAhead {
public:
    /// Begins. Throws std::system_error if there is no thread to be had.
    EngineAhead(Engine wanted, x86::Mode mode);
    ~EngineAhead();
    EngineAhead(const EngineAhead&) = delete;
    EngineAhead& operator=(const EngineAhead&) = delete;

    /// Waits, and ends the thread; once. Throws what choose_engine() throws.
    Chosen take();

private:
    std::promise<Chosen> promise_;
    std::thread thread_;
};

}  // namespace husk::machine
