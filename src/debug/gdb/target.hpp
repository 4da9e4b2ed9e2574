#pragma once

#include "debug/gdb/description.hpp"
#include "debug/gdb/request.hpp"
#include "debug/gdb/target_files.hpp"

#include <husk/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace husk::debug::gdb {

/// Signals as GDB numbers them: "Debugging with GDB", appendix E, "Stop Reply Packets" (E.3), and gdb/signals.def.
enum class Signal : int { None = 0, Int = 2, Ill = 4, Trap = 5, Fpe = 8, Kill = 9, Bus = 10, Segv = 11, Alrm = 14, Term = 15 };

/// Why a guest that went on does so no more.
struct StopReport {
    enum class Kind : std::uint8_t {
        Stopped,     ///< it can go on
        Exited,      ///< it is over, with a status
        Terminated,  ///< it is over, by a signal
    };
    Kind kind = Kind::Stopped;
    int number = static_cast<int>(Signal::Trap);  ///< signal or status
    std::int64_t thread = 1;
    std::string reason{};    ///< "watch:800;", "swbreak:;" …: what E.3 has for it
    std::string words{};     ///< for whoever sits at the debugger; may be empty
    bool cancelled = false;  ///< by interrupt(), whoever called it
};

/// What is debugged. All calls but interrupt() come from one thread, and none while resume() is under way.
class Target {
public:
    virtual ~Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    /// A debugger has come: what it is told of the registers holds until it goes.
    virtual void attach() = 0;
    /// It has hung up, and the guest stays where it is for the next.
    virtual void abandoned() {}
    virtual const Description& description() const = 0;
    virtual StopReport why_stopped() = 0;

    /// Their numbers, the one that stopped last first; at least one.
    virtual std::vector<std::int64_t> threads() = 0;
    virtual std::string thread_info(std::int64_t thread) = 0;
    virtual MachineState state(std::int64_t thread) = 0;
    /// Throws Error if the host, or the engine, refuses it.
    virtual void set_state(std::int64_t thread, const MachineState& state) = 0;

    /// How many bytes from `at` on, guest-virtual or guest-physical, are memory and have been read.
    virtual std::size_t read(std::uint64_t at, bool physical, std::span<std::byte> bytes) = 0;
    /// False if not all of it is memory; some may have been written.
    virtual bool write(std::uint64_t at, std::span<const std::byte> bytes) = 0;

    /// From the next resume() on. Throws Error if there can be no such breakpoints.
    virtual void set_breakpoints(const std::vector<Breakpoint>& breakpoints) = 0;
    /// Lets it go on until it stops. Throws Error if the host cannot.
    virtual StopReport resume(const requests::Resume& how) = 0;
    /// Makes resume() return soon, or at once at its next call. From any thread.
    virtual void interrupt() noexcept = 0;
    /// The calls of interrupt() so far, all of which are over, came too late to stop anything: they are not to stop what comes
    /// next.
    virtual void forget_interrupts() = 0;

    /// What `monitor COMMAND` prints.
    virtual std::string monitor(std::string_view command) = 0;
    /// The kinds of qXfer's objects that it has beside the description.
    virtual std::vector<std::string_view> objects() const = 0;
    /// One of them; nothing if there is none.
    virtual std::optional<std::string> object(std::string_view kind, std::string_view annex) = 0;
    /// The files that it sees; nullptr if it knows none.
    virtual TargetFiles* files() { return nullptr; }

protected:
    Target() = default;
};

}  // namespace husk::debug::gdb
