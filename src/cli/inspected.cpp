#include "cli/inspected.hpp"

#include "cli/inspect_machine.hpp"
#include "cli/print.hpp"
#include "debug/text.hpp"

#include <unistd.h>

namespace husk::cli {

namespace {

/// A page fault, and with which error code, if that is known.
struct Fault {
    GuestVirt address{};
    std::optional<unsigned> error_code{};
};

std::optional<Fault> as_page_fault(const x86::Exception& exception)
{
    if (exception.vector != x86::kPageFault) return std::nullopt;
    return Fault{{exception.address}, exception.error_code};
}

/// The one that stopped it; of a triple fault that does not say what it began with, the last there was.
std::optional<Fault> page_fault(const Stop& stop, const x86::SystemRegisters& system)
{
    if (const auto* const unhandled = std::get_if<stops::UnhandledException>(&stop)) return as_page_fault(unhandled->exception);
    const auto* const triple = std::get_if<stops::TripleFault>(&stop);
    if (triple == nullptr) return std::nullopt;
    if (triple->first) return as_page_fault(*triple->first);
    if (!system.cr0.has(x86::Cr0::PG) || system.cr2 == 0) return std::nullopt;
    return Fault{{system.cr2}};
}

/// A triple fault on AMD-V leaves the registers of a reset, which would explain nothing.
bool has_registers(const Stop& stop)
{
    const auto* const fault = std::get_if<stops::TripleFault>(&stop);
    return fault == nullptr || !fault->registers_lost;
}

}  // namespace

void Inspected::start(const Machine& machine)
{
    if (at_ != InspectAt::Start) return;
    if (json_)
        explained_ = state_json(stopped(machine), {});
    else
        complain(state_text(stopped(machine), {}, paint_for(STDERR_FILENO)));
}

void Inspected::stop(const Machine& machine, const Stop& stop)
{
    if (!tells_stop(stop)) return;
    const Stopped state = stopped(machine);
    const auto fault = page_fault(stop, state.system);
    if (json_) {
        explained_ = state_json(state, fault ? std::optional{fault->address} : std::nullopt);
        return;
    }
    const debug::Paint paint = paint_for(STDERR_FILENO);
    complain(state_text(state, {}, paint));
    if (!fault) return;
    const auto walk = debug::explain_walk(state.memory, state.system, state.registers.rflags, fault->address);
    complain("page fault\n" + text_of(walk, paint, fault->error_code));
}

bool Inspected::tells_stop(const Stop& stop) const
{
    return at_ == InspectAt::Stop && has_registers(stop);
}

void Inspected::add_to(nlohmann::json& object) const
{
    if (!explained_.is_null()) object["explained"] = explained_;
}

}  // namespace husk::cli
