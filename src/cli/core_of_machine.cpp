#include "cli/core_of_machine.hpp"

#include "cli/core_option.hpp"
#include "cli/print.hpp"
#include "debug/core/machine_core.hpp"
#include "load/elf.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>

#include <csignal>
#include <utility>

namespace husk::cli {

namespace {

bool lost_registers(const Stop& stop)
{
    const auto* const fault = std::get_if<stops::TripleFault>(&stop);
    return fault != nullptr && fault->registers_lost;
}

}  // namespace

CoreOfMachine::CoreOfMachine(std::optional<std::string> file, const std::string& image, std::span<const std::byte> bytes)
    : file_{std::move(file)}, symbols_{elf::recognise(bytes) ? image : ""}
{
    if (file_) draft_.emplace(*file_);
}

void CoreOfMachine::stop(const Machine& machine, const Stop& stop, bool met)
{
    if (!draft_) return;
    if (lost_registers(stop))
        complain(fmt::format("husk: --core {}: no core was written, for its registers are lost\n", printable(*file_)));
    const auto* const halted = std::get_if<stops::Halted>(&stop);
    const bool wrong = halted != nullptr && !halted->interrupts_on && !met;
    const auto signal = wrong ? std::optional{SIGABRT} : debug::signal_of_core(stop);
    if (!signal) return;
    heed_file_limit();
    try {
        const debug::CoreExtent extent = debug::write_core(draft_->fd(), machine, *signal);
        draft_->publish();
        written_ = true;
        complain(core_written(*file_, symbols_, extent));
    } catch (const Error& error) {
        complain(core_failed(*file_, error));
    }
}

void CoreOfMachine::add_to(nlohmann::json& object) const
{
    if (written_) object["core"] = *file_;
}

}  // namespace husk::cli
