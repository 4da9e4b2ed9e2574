#include "program/process/thread.hpp"

#include "program/process/process.hpp"

namespace husk::program {

Thread::Thread(Process& of, std::unique_ptr<engine::Vcpu> vcpu) : process{of}, signals{of.signals.room}, vcpu_{std::move(vcpu)} {}

}  // namespace husk::program
