#pragma once

#include <husk/machine.hpp>

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk {

/// What is wrong with a frozen file, and where.
struct FrozenError {
    std::string field;                    ///< "version", "memory of region 1" …; empty if the whole file is meant
    std::optional<std::uint64_t> offset;  ///< of that field in the file, in bytes, where it has one
    std::string problem;                  ///< in words, with the offending value
    bool operator==(const FrozenError&) const = default;
};

/// "version (file offset 0x8): …", without the parts that the error has not.
std::string describe(const FrozenError& error);

/// What was frozen: a machine that was booted from an image, or a Linux program.
enum class FrozenKind : std::uint8_t { Image, Program };
/// "image", "program".
std::string_view name(FrozenKind kind);

/// What a frozen machine or program says of itself.
struct FrozenInfo {
    std::string origin;  ///< what was started: an image's name, a program's path
    std::string point;   ///< where it was stopped, in words
    Engine engine = Engine::Kvm;
    FrozenKind kind = FrozenKind::Image;
    /// What it may rely on of the processor, because CPUID has shown it: names as in /proc/cpuinfo ("avx2"), or of the bit
    /// ("CPUID.07H.0:EBX bit 22"). A thaw needs all of them, unless it is told not to care. Of a program, only what ring 3 can use.
    /// Empty: nobody knows, as of files that were frozen before this was written down, and it is not checked.
    std::vector<std::string> cpu_features{};
    bool operator==(const FrozenInfo&) const = default;
};

/// What the file at `path` says of itself: enough to know whether it is Frozen's or FrozenProgram's.
tl::expected<FrozenInfo, FrozenError> frozen_info(const std::filesystem::path& path);

/// How a frozen file is written.
struct SaveOptions {
    /// Memory is compressed (zstd), to be sent somewhere: whoever opens it unpacks it to memory first, all of it.
    bool compress = false;
};

/// A machine stopped between two instructions: never changes, cheap to copy, shared between threads. Any number of machines can be
/// thawed from it, each with memory of its own: they share the pages that none of them has written to.
///
///     const husk::Frozen frozen{machine, {.origin = "kernel.elf", .point = "asked for work"}};
///     husk::Machine one = frozen.thaw({.debug_console = print});
///     one.run();
///     frozen.reset(one);  // and again
class Frozen {
public:
    /// A copy of the machine as it is now; not within its run(). Devices that the host program attached are not part of it. Of
    /// `info`, origin and point are told; the rest it finds out. Throws Error.
    Frozen(const Machine& machine, FrozenInfo info);

    /// From a file that save() made. Its memory is read when it is touched. Whoever writes to the file meanwhile, or cuts it short,
    /// ends its machines with an Error at the latest when they are thawed or reset, and never this process; to replace it by
    /// another file is harmless.
    static tl::expected<Frozen, FrozenError> open(const std::filesystem::path& path);

    /// Writes it to `path`, which holds the whole of it or what it held before, whenever this process may be killed. Throws Error,
    /// with nothing left behind.
    void save(const std::filesystem::path& path, SaveOptions options = {}) const;

    /// A machine that goes on from here. `config` says how it reaches the host: its memory and mode are the frozen one's. Throws
    /// Error if this host, or the engine, cannot go on with it, saying what it lacks: features of the processor by name, unless
    /// MachineConfig::any_cpu says that the guest does not use them. Engine::Auto takes the engine that has them.
    Machine thaw(MachineConfig config = {}) const;

    /// Puts a machine that was thawed from this back to where it began: registers, devices, and the pages that were written. That
    /// is another thaw, with a number of its own (MachineConfig::thaw_number). Throws std::invalid_argument if it was thawed from
    /// another; Error.
    void reset(Machine& machine, std::uint32_t thaw_number = 0) const;

    const FrozenInfo& info() const;
    const MachineState& state() const;
    const MemoryImage& memory() const;

private:
    struct Inner;
    explicit Frozen(std::shared_ptr<const Inner> inner);

    std::shared_ptr<const Inner> inner_;
};

}  // namespace husk
