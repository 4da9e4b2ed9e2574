#include "program/process/thread.hpp"

#include "program/process/process.hpp"

namespace husk::program {

Thread::Thread(Process& of, ProcessorSeat seat)
    : process{of}, signals{of.signals.room}, seat_{std::move(seat)}, processor_{of.space.reservation(), seat_.vcpu, seat_.index}
{
    processor_.set_system_calls_stay_in_ring3(of.system_calls_stay_in_ring3);
}

}  // namespace husk::program
