#pragma once

#include <husk/program.hpp>
#include <husk/stop.hpp>

/// The one table of exit statuses; docs/commands.md shows it. A guest that uses the exit port chooses its own (code modulo 256);
/// Husk's lie above 99, so that codes up to 99 are always the guest's.
namespace husk::cli {

enum ExitStatus : int {
    kSuccess = 0,
    kWrongAnswer = 100,  ///< the guest halted, but an expectation was not met
    kTripleFault = 101,
    kUnhandledException = 102,  ///< an exception that the guest did not handle
    kHaltedForever = 103,       ///< HLT with interrupts on, and nothing to wake it
    kUnclaimed = 104,           ///< --strict: touched what is not there; always: jumped to where no memory is
    kCannotExecute = 105,       ///< an instruction, or a mode, that this host cannot run
    kOutOfCpuTime = 106,        ///< a program used up --cpu-time
    kTooMuchOutput = 107,       ///< a program wrote more than --output
    kNotReached = 108,          ///< the guest ended before the point where it was to be frozen
    kNotFreezable = 109,        ///< it has what cannot be frozen
    kUsage = 120,               ///< the command line makes no sense
    kBadImage = 121,            ///< the image or program cannot be found or read, is damaged, or does not fit
    kHostError = 122,           ///< the host refused something
    kOutOfTime = 124,           ///< as timeout(1) has it
    kSignalled = 128,           ///< plus the signal's number: 130 for SIGINT
};

/// The status for a stop; `expectations_met` matters for a guest that halted, `signal` for one that was cancelled.
int exit_status(const Stop& stop, bool expectations_met, int signal);

/// The status for a program's stop: its own, or 128 and the signal's number, as a shell has it.
int exit_status(const ProgramStop& stop, int signal);

/// The same as a word for --json: "halted", "exited", "triple-fault" …
const char* stop_name(const Stop& stop);
const char* stop_name(const ProgramStop& stop);

}  // namespace husk::cli
