#pragma once

#include <husk/host_function.hpp>
#include <husk/machine.hpp>
#include <husk/program_snapshot.hpp>
#include <husk/stop.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace husk {

class TraceFile;

/// A file or a folder with all that is in it, of the host, that a program may use. What is not granted is not there.
struct Grant {
    std::string path;       ///< of the host, absolute
    bool writable = false;  ///< may be written, and a folder's entries made, renamed and removed
    std::string at;         ///< where the program sees it, absolute; empty: at `path`
    bool operator==(const Grant&) const = default;
};

/// What a program may use up. None is unlimited.
struct ProgramLimits {
    std::optional<std::uint64_t> memory;                ///< bytes of address space and of resident memory; beyond: ENOMEM
    std::optional<std::uint64_t> file_size;             ///< bytes a file may grow to; beyond: SIGXFSZ and EFBIG
    std::optional<std::uint64_t> output;                ///< bytes to stdout and stderr together; beyond: stops::TooMuchOutput
    std::optional<std::chrono::nanoseconds> wall_time;  ///< beyond: stops::OutOfTime
    std::optional<std::chrono::nanoseconds> cpu_time;   ///< of all threads together; beyond: stops::OutOfCpuTime
    std::optional<unsigned> threads;                    ///< at once, the first counting; beyond: EAGAIN
    std::optional<unsigned> files;                      ///< descriptors open at once; beyond: EMFILE
    bool operator==(const ProgramLimits&) const = default;
};

/// How much of Landlock and seccomp must hold before the program's first instruction, and cannot be undone. It holds for the
/// threads that run the program; for the whole process only if the program owns it.
enum class Confinement : std::uint8_t {
    None,      ///< the process stays as it is
    Wanted,    ///< all that this kernel has
    Required,  ///< all of it, or Error
};

/// A system call that a program makes, for who serves it in Husk's place.
class SystemCall {
public:
    std::uint64_t number = 0;                  ///< Linux's for x86-64: SYS_…
    std::array<std::uint64_t, 6> arguments{};  ///< RDI, RSI, RDX, R10, R8, R9; pointers are the program's
    int thread = 0;                            ///< whose it is
    /// Copies the program's memory; false (EFAULT) if not all of it is mapped. Other threads may change it meanwhile.
    std::function<bool(std::uint64_t at, std::span<std::byte> into)> read{};
    std::function<bool(std::uint64_t at, std::span<const std::byte> from)> write{};
};
/// The result, a value or a negative errno; nothing: Husk serves the call as it always does. Called on the program's threads, as
/// many at a time as there are.
using SystemCallOverride = std::function<std::optional<std::int64_t>(SystemCall&)>;

/// How often a program made a system call, and how long it took.
struct SystemCallCount {
    std::string name;  ///< "unknown" for all numbers that have none
    std::uint64_t calls = 0;
    std::uint64_t errors = 0;  ///< how many of them failed
    std::chrono::nanoseconds total{0};
    std::chrono::nanoseconds longest{0};
};

/// A Linux x86-64 program and all it gets: nothing of the host's files, environment or time without limit unless it is said here.
struct ProgramConfig {
    std::string path;                      ///< the executable, on the host
    std::vector<std::string> arguments;    ///< argv, its first the program's name
    std::vector<std::string> environment;  ///< "NAME=VALUE"
    std::vector<Grant> grants;
    /// Also, for reading: the program itself, its interpreter, the libraries it is linked with, and on a terminal what line editing
    /// needs; for writing too: /dev/null, zero, full, random, urandom, tty.
    bool default_grants = false;
    bool private_tmp = false;       ///< an empty /tmp of its own that vanishes with it
    std::string working_directory;  ///< as the program sees it; empty: this process's own if a grant covers it, otherwise /
    /// Bytes of addresses it has, from 1 GiB to 1 TiB and whole GiB; none: 1 TiB, of which one process of the host has room for
    /// some 120 at once. One that was frozen has what it had.
    std::optional<std::uint64_t> address_space{};
    ProgramLimits limits;
    Engine engine = Engine::Auto;
    Confinement confinement = Confinement::None;
    /// Without the host's vDSO: clock_gettime() and its kin are system calls then, and a program that is frozen goes on on every
    /// host.
    bool portable = false;
    /// Of one that was frozen: goes on where the processor lacks some of FrozenInfo::cpu_features, too. The program must not use
    /// them: it gets SIGILL, or wrong results, where it does.
    bool any_cpu = false;
    /// What husk_freeze_here() of <husk/guest.h> answers in a program that was thawed: which thaw of it this is, from 1.
    std::uint64_t thaw_number = 1;
    /// Called with a line, once each, for what the program wanted and Husk does not do; from any of its threads.
    std::function<void(const std::string&)> notice{};
    /// The calling process exists for this program alone, as in the husk command: its descriptors 0, 1 and 2, its signals and its
    /// limits become the program's. Otherwise the program gets descriptors of its own, and signals of the host stay the host's.
    bool owns_process = false;
    /// Unless it owns the process: what its descriptors 0, 1 and 2 are copies of; -1: /dev/null.
    int standard_input = -1;
    int standard_output = -1;
    int standard_error = -1;
    /// Unless it owns the process: given what it writes to 1 or 2, on a thread of their own, instead of a descriptor. All of it has
    /// been given when run() returns.
    std::function<void(std::span<const std::byte>)> on_output{};
    std::function<void(std::span<const std::byte>)> on_error_output{};
    /// Told each system call, in a line without its end, in the manner of strace; one line at a time, on the program's threads.
    std::function<void(std::string_view line)> trace{};
    bool count_calls = false;  ///< fill Program::calls()
    /// Told of everything that a thread leaves the guest for, and of each system call.
    std::shared_ptr<TraceFile> trace_file{};
    /// Its threads are to be found in Program::snapshot() when it has ended, too.
    bool keep_snapshot = false;
    /// Calls, by number, that the embedding program serves.
    std::map<std::uint64_t, SystemCallOverride> overrides{};
    /// Functions of the host's that the program may call, by name: <husk/guest.h>, husk_host_function().
    std::map<std::string, HostFunction, std::less<>> host_functions{};
    /// Told, in a line without its end, of each path that a grant would have allowed, and which; once for each. Called on the
    /// program's threads.
    std::function<void(const std::string& line)> explain;
};

namespace stops {

/// A signal ended the program.
struct Signalled {
    int signal = 0;  ///< Linux's number
    bool operator==(const Signalled&) const = default;
};

/// ProgramLimits::cpu_time was used up.
struct OutOfCpuTime {
    bool operator==(const OutOfCpuTime&) const = default;
};

/// The program wrote more than ProgramLimits::output.
struct TooMuchOutput {
    bool operator==(const TooMuchOutput&) const = default;
};

}  // namespace stops

/// Why a program stopped. stops::Exited has the status it gave to exit, 0 to 255.
using ProgramStop = std::variant<stops::Exited, stops::Signalled, stops::OutOfTime, stops::OutOfCpuTime, stops::TooMuchOutput,
                                 stops::Cancelled, stops::CannotExecute>;

/// One line in words: "exited with status 3", "ended by SIGSEGV" …
std::string describe(const ProgramStop& stop);

namespace program {
class CoreDump;
class Debugging;
class Residence;
}  // namespace program
class FrozenProgram;

/// A program in a machine of its own.
///
///     husk::Program program{{.path = "/usr/bin/wc", .arguments = {"wc", "/data/in"}, .grants = {{.path = "/data"}}}};
///     husk::ProgramStop stop = program.run();
class Program {
public:
    /// Reads the program and makes the machine. Throws Error if the host refuses something, or the program cannot be started: the
    /// error's code is what execve() would give. std::invalid_argument if the configuration makes no sense.
    explicit Program(ProgramConfig config);
    ~Program();
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;

    /// Runs it to its end; once. Throws Error if the engine fails.
    ProgramStop run();

    /// Ends run() with stops::Cancelled. From any thread.
    void cancel() noexcept;

    /// While FrozenProgram::freeze() runs it, or before: freezes it where it is, whatever the point was to be. Otherwise nothing
    /// happens. From any thread.
    void freeze_now();

    /// The calls made so far, those that took most time first; empty unless ProgramConfig::count_calls.
    std::vector<SystemCallCount> calls() const;
    /// The processor time of its threads.
    std::chrono::nanoseconds cpu_time() const;
    /// What of ProgramConfig::confinement this kernel does not have, in a line; empty if it has all, or none was wanted.
    const std::string& confinement_missing() const;

    /// What it is before run(), or was when that was done: then without its threads, unless ProgramConfig::keep_snapshot. Not
    /// within run(). Throws Error.
    ProgramSnapshot snapshot() const;
    /// Copies its memory, before run() or when that is done; false if not all of it is mapped.
    bool read(GuestVirt at, std::span<std::byte> into) const;

    /// The engine in use: Kvm or Soft.
    Engine engine() const;
    /// Why Engine::Auto did not take KVM; empty if it did, or was not asked to choose.
    const std::string& engine_reason() const;

private:
    friend class FrozenProgram;
    friend class program::CoreDump;
    friend class program::Debugging;
    explicit Program(std::unique_ptr<program::Residence> residence);

    std::unique_ptr<program::Residence> residence_;
};

}  // namespace husk
