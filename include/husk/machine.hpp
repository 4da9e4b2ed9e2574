#pragma once

#include <husk/address.hpp>
#include <husk/device.hpp>
#include <husk/memory.hpp>
#include <husk/step.hpp>
#include <husk/stop.hpp>
#include <husk/x86.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk {

class TraceFile;
namespace machine {
struct Parts;
}
namespace x86 {
class NeededFeatures;
}

/// What executes the guest.
enum class Engine : std::uint8_t {
    Auto,  ///< KVM where there is one that can run the guest, the software engine otherwise
    Kvm,   ///< the processor, through /dev/kvm
    Soft,  ///< an emulated processor (the Unicorn library); needs nothing of the host
};

/// "auto", "kvm", "soft".
std::string_view name(Engine engine);

/// What a machine is between two instructions, but for its memory and for devices of the host program's own.
struct MachineState {
    x86::Registers registers;
    x86::SystemRegisters system;
    x86::ModelRegisters model;
    std::vector<std::byte> vectors;              ///< x87 and vector registers, as XSAVE's standard format has them
    std::optional<SerialState> serial{};         ///< if the machine has one
    std::optional<GuestPortState> guest_port{};  ///< if the machine has one
    bool operator==(const MachineState&) const = default;
};

struct MachineConfig {
    /// The guest's physical memory. What lies between or above regions is a hole: an MMIO device's, or nobody's.
    std::vector<MemoryRegion> memory{{.base = {}, .size = 2_MiB}};
    /// Instead of `memory`: what the guest's memory holds from the start.
    std::shared_ptr<const MemoryImage> memory_image{};
    Engine engine = Engine::Auto;
    /// The mode the guest will start in; Engine::Auto heeds what this host's KVM can run.
    x86::Mode mode = x86::Mode::Long;
    OutputSink debug_console{};  ///< port 0xE9; nothing is attached there if empty
    OutputSink serial_output{};  ///< the 16550A at 0x3F8; attached if this or serial_input is set
    InputSource serial_input{};
    bool exit_port = true;        ///< port 0xF4: a write ends the guest with that code
    bool guest_port = true;       ///< port 0xF5: what a guest asks of Husk (<husk/guest.h>)
    bool stop_to_freeze = false;  ///< HUSK_FREEZE_HERE ends run() with stops::FreezeAsked; otherwise the guest goes on
    /// For Frozen::thaw: what HUSK_FREEZE_HERE gives in this machine. 0: one more than in the thaw before, from 1.
    std::uint32_t thaw_number = 0;
    /// For Frozen::thaw: go on where the processor lacks some of FrozenInfo::cpu_features, too. The guest must not use them: it
    /// gets an exception, or wrong results, where it does.
    bool any_cpu = false;
    /// What CPUID must show the guest. Engine::Auto takes an engine that does, and without one there is an Error that names what is
    /// missing. Frozen::thaw sets it, unless any_cpu.
    std::shared_ptr<const x86::NeededFeatures> needed_features{};
    bool strict = false;        ///< touching what nobody claims stops the guest (stops::Unclaimed)
    bool gather_output = true;  ///< let KVM gather console writes (delivered in order, at most 20 ms late)
    bool measure_time = false;  ///< fill Stats::in_guest and Stats::in_host; costs two clock readings an exit
    /// Called within run(), with the reason, when Engine::Auto leaves KVM for the software engine.
    std::function<void(const std::string&)> engine_changed{};
    /// Told of each thing that is asked of KVM to make this machine and to run it, in order. The software engine asks nothing of
    /// it.
    StepSink on_step{};
    /// Told of every exit. Each write to a console is one then, whatever gather_output says.
    std::shared_ptr<TraceFile> trace_file{};
    /// For trace_file: what is at an address, as "main+0x12"; empty where that is not known. Called within run(), for each address
    /// as a rule once.
    std::function<std::string(GuestVirt)> symbol_at{};
};

/// Where a debugger wants the guest to stop.
struct Breakpoint {
    enum class On : std::uint8_t {
        Execute,  ///< before the instruction there
        Write,    ///< after an instruction that wrote to any byte there
        Read,     ///< … that read from one
        Access,   ///< … that did either
    };
    On on = On::Execute;
    GuestVirt at{};
    std::uint64_t size = 1;  ///< bytes; not of Execute
    /// Execute: must not be made by changing the guest's code, so that it need not be in memory yet.
    bool hardware = false;
    bool operator==(const Breakpoint&) const = default;
};

/// What a run did, in numbers.
struct Stats {
    struct Access {
        std::uint64_t exits = 0;  ///< times the guest left for it, gathered writes counting once a batch
        std::uint64_t items = 0;  ///< accesses, each item of a string instruction counting
        bool claimed = true;      ///< false: nothing is attached there
        bool operator==(const Access&) const = default;
    };
    struct Place {
        std::uint64_t address = 0;  ///< port number, or the page of a guest-physical address
        bool write = false;
        auto operator<=>(const Place&) const = default;
    };
    std::map<Place, Access> ports;
    std::map<Place, Access> mmio;
    std::uint64_t exits = 0;        ///< all of them
    std::uint64_t interrupted = 0;  ///< by cancel, deadline, or a host signal
    std::chrono::nanoseconds in_guest{0};
    std::chrono::nanoseconds in_host{0};
};

/// One virtual machine with one processor. Not thread-safe but for cancel().
///
///     husk::Machine machine{{.debug_console = print}};
///     machine.memory().write(husk::GuestPhys{0x1000}, code);
///     machine.start(husk::x86::Mode::Long, husk::GuestPhys{0x1000});
///     husk::Stop stop = machine.run();
class Machine {
public:
    /// Throws Error if the host refuses (no /dev/kvm, KVM_CREATE_VM, mmap …), std::invalid_argument if the configuration makes no
    /// sense.
    explicit Machine(MachineConfig config = {});
    ~Machine();
    Machine(Machine&&) noexcept;
    Machine& operator=(Machine&&) noexcept;

    /// Attaches `device`, which must outlive the machine. Throws std::invalid_argument if the range is empty, wraps, overlaps
    /// another's or (MMIO) overlaps memory.
    void attach(PortRange range, Device& device);
    void attach(MmioRange range, Device& device);

    /// Puts the processor at `entry` in `mode`, general registers zero but the stack pointer. Builds what the mode needs: flat
    /// segments; for Paged and Long, identity-mapping page tables from guest-physical 0x2000 that cover all memory and every MMIO
    /// range (docs/guest-interface.md draws them). `stack` is one past its first byte; by default the end of low memory, which is
    /// the first region's end, or 0x10000 in real mode. Throws std::invalid_argument if entry or tables are not in memory, or
    /// cannot be expressed in the mode.
    void start(x86::Mode mode, GuestPhys entry, std::optional<GuestPhys> stack = {});

    /// One past the highest byte the page tables of `mode` take for this machine; 0 for modes without paging.
    GuestPhys tables_end(x86::Mode mode) const;

    /// Runs the guest until it stops or `timeout` passes. May be called again after any Stop. Throws std::invalid_argument if
    /// `timeout` is not positive; Error if the engine fails.
    Stop run(std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());

    /// Executes one instruction, also one with a breakpoint: stops::Debug, for a step or for a watchpoint that it has met, or why
    /// the guest stopped instead. One that raises an exception leaves the guest at its handler. Throws Error with ENOTSUP if this
    /// host's KVM cannot step the code at hand, and as run() does.
    Stop step(std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());

    /// From now on run() stops at these, and at no others, with stops::Debug. At one that the guest is at when run() is called it
    /// stops when the guest comes there again. On KVM a breakpoint that is not `hardware` is an instruction of the guest's that is
    /// replaced while run() lasts. A watchpoint is the processor's where KVM has those (four at most, each of 1, 2, 4 or 8 bytes at
    /// a multiple of that); else the guest is stepped, which is a thousand times slower, and what exceptions push is not seen.
    ///
    /// Throws Error with ENOTSUP if the engine has no more breakpoints, or can have none there, and changes nothing then;
    /// std::invalid_argument if one is on no bytes.
    void set_breakpoints(std::vector<Breakpoint> breakpoints);

    /// Ends run() with stops::Cancelled, now if it is running and at its next call if it is not. From any thread, and from a
    /// signal handler.
    void cancel() noexcept;

    x86::Registers registers() const;
    void set_registers(const x86::Registers& registers);
    x86::SystemRegisters system_registers() const;
    void set_system_registers(const x86::SystemRegisters& system);

    /// Registers and devices, to be given to another machine with the same memory, or to this one again. Not within run().
    MachineState state() const;
    /// Throws Error if this host's processor, or the engine, has not all that the state needs; some of it may be set by then.
    void set_state(const MachineState& state);

    GuestMemory& memory();
    const GuestMemory& memory() const;

    /// The engine in use: Kvm or Soft. Engine::Auto may change from Kvm to Soft within run(), at an instruction that this host's
    /// KVM cannot execute.
    Engine engine() const;
    /// Why Engine::Auto did not take, or left, KVM; empty if it did take it, or was not asked to choose.
    const std::string& engine_reason() const;
    /// What CPUID has shown the guest so far, by name as FrozenInfo::cpu_features has them: of both engines if it changed.
    std::vector<std::string> cpu_features() const;

    const Stats& stats() const;

private:
    template <typename Run>
    Stop timed(std::chrono::nanoseconds timeout, Run run);

    std::unique_ptr<machine::Parts> parts_;
};

}  // namespace husk
