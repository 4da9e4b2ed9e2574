#pragma once

#include <husk/frozen.hpp>
#include <husk/program.hpp>

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace husk {

/// Where a program that runs is frozen.
namespace freeze_points {

/// It asks: HUSK_FREEZE_HERE of <husk/guest.h>.
struct Asked {
    bool operator==(const Asked&) const = default;
};
/// Its first read of descriptor 0, before the call is made.
struct StandardInput {
    bool operator==(const StandardInput&) const = default;
};
/// Its n-th system call of a kind, before it is made.
struct SystemCall {
    std::uint64_t number = 0;  ///< Linux's for x86-64
    std::uint64_t nth = 1;     ///< from 1, all threads counting
    bool operator==(const SystemCall&) const = default;
};
/// The first instruction of a function of the executable, the first time that it is reached.
struct Symbol {
    std::string name;
    bool operator==(const Symbol&) const = default;
};
/// So much time after its start, wherever it is.
struct After {
    std::chrono::nanoseconds time{0};
    bool operator==(const After&) const = default;
};

/// Wherever it is when Program::freeze_now() is called.
struct Requested {
    bool operator==(const Requested&) const = default;
};

}  // namespace freeze_points

using FreezePoint = std::variant<freeze_points::Asked, freeze_points::StandardInput, freeze_points::SystemCall,
                                 freeze_points::Symbol, freeze_points::After, freeze_points::Requested>;

/// "the guest asks", "first read of stdin" …
std::string describe(const FreezePoint& point);

/// Something a program has that cannot be frozen.
struct NotFreezable {
    std::string what;  ///< "descriptor 5, a socket"
    std::string why;   ///< in words
    bool operator==(const NotFreezable&) const = default;
};

/// Why there is no frozen program: it ended before the point, or it has what cannot be frozen: all of that.
using NotFrozen = std::variant<ProgramStop, std::vector<NotFreezable>>;

namespace program {
struct FrozenContent;
}
namespace machine {
class EngineAhead;
}

/// A Linux program stopped at an instant: never changes, cheap to copy, shared between threads. Any number of programs can be
/// thawed from it, each in a machine of its own; they share the memory that none of them has written to.
///
///     auto frozen = husk::FrozenProgram::freeze({.path = "/usr/bin/python3", …}, husk::freeze_points::StandardInput{});
///     husk::Program one = frozen->thaw({.standard_input = request});
///     husk::ProgramStop stop = one.run();
class FrozenProgram {
public:
    /// Starts a program, runs it to `point`, and freezes it there; it has ended then. Throws what Program does;
    /// std::invalid_argument for a symbol that the executable has not.
    static tl::expected<FrozenProgram, NotFrozen> freeze(ProgramConfig config, const FreezePoint& point);

    /// The same of a program that has been made and not run; its freeze_now() freezes it wherever it is before it comes to `point`.
    static tl::expected<FrozenProgram, NotFrozen> freeze(Program& program, const FreezePoint& point);

    /// From a file that save() made. Memory is read where it is touched.
    static tl::expected<FrozenProgram, FrozenError> open(const std::filesystem::path& path);

    /// Writes it to `path`, which holds the whole of it or what it held before, whenever this process may be killed. Throws Error,
    /// with nothing left behind.
    void save(const std::filesystem::path& path, SaveOptions options = {}) const;

    /// A program that goes on from here when it is run. `config` says how it reaches the host: its descriptors 0, 1 and 2, grants,
    /// limits; not the program itself. Its arguments and environment are what the program finds in /proc/self/cmdline and environ,
    /// and by <husk/guest.h>. Throws Error, naming what is missing, if this host, the engine or the grants do not have what the
    /// program needs: of the processor what FrozenInfo::cpu_features names, unless ProgramConfig::any_cpu says that it is not used.
    Program thaw(ProgramConfig config) const;
    /// The same for a program that owns its process, with a machine that was begun before the file was read.
    Program thaw(ProgramConfig config, std::unique_ptr<machine::EngineAhead> ahead) const;

    struct Learnt;
    /// Runs a program that was thawed from this and has not run, to its end; not one that owns its process. What comes of it is
    /// this, and besides which memory such a program writes to before its first output: each later thaw of it has that memory at
    /// hand when it runs, and so is sooner there, for as much memory of its own. Throws what Program::run() does;
    /// std::invalid_argument for another program.
    Learnt learn(Program& program) const;

    const FrozenInfo& info() const;
    const program::FrozenContent& content() const;
    const MemoryImage& memory() const;

    /// Where a function of the executable is; nothing if it has none of that name. Read when it is first asked for.
    std::optional<GuestVirt> find(std::string_view function) const;

private:
    friend class Instance;
    explicit FrozenProgram(std::shared_ptr<const program::FrozenContent> content);

    std::shared_ptr<const program::FrozenContent> content_;
};

/// What learn() gives: what it has learnt, and how the program ended.
struct FrozenProgram::Learnt {
    FrozenProgram frozen;
    ProgramStop stop;
};

}  // namespace husk
