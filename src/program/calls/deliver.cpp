#include "program/calls/deliver.hpp"

#include "program/process/process.hpp"

namespace husk::program {

void raise_fault(Thread& thread, int signal, int, std::uint64_t, int, std::uint64_t)
{
    thread.process.end(stops::Signalled{signal});
}

void before_return(Thread& thread)
{
    (void)thread.attended();
}

}  // namespace husk::program
