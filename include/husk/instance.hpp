#pragma once

#include <husk/frozen_program.hpp>
#include <husk/program.hpp>

#include <tl/expected.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace husk {

/// Bytes of the host's that a called function gets the address of, in the program's memory, for as long as the call lasts.
struct In {
    std::span<const std::byte> bytes;
};
/// The same, copied back when the function has returned. What it finds there is what they hold.
struct InOut {
    std::span<std::byte> bytes;
};

/// What a function is called with: as the System V ABI passes an integer or a pointer, a double, or the address of bytes.
using Argument = std::variant<std::int64_t, double, In, InOut>;

/// What a function has returned, of which its type says which one counts.
struct Returned {
    std::int64_t integer = 0;  ///< RAX
    double real = 0;           ///< XMM0
};

/// A program that was thawed to have its functions called: one guest for many requests, in the frozen state before each if reset()
/// is called between. A call costs one exit of the machine. Functions run on the frozen program's first thread, upon the stack that
/// it had: it must have been its only one. Not thread-safe: one thread at a time, whichever.
///
///     husk::Instance instance{frozen};
///     const auto sum = instance.call<std::int64_t>("sum_of", husk::In{std::as_bytes(std::span{numbers})}, numbers.size());
///     if (sum) use(*sum); else log(describe(sum.error()));
///     instance.reset();
class Instance {
public:
    /// Throws Error as FrozenProgram::thaw() does, and if the program has more than one thread.
    explicit Instance(FrozenProgram frozen, ProgramConfig config = {});
    ~Instance();
    Instance(Instance&&) noexcept;
    Instance& operator=(Instance&&) noexcept;

    /// Calls a function, and serves the system calls and host functions that it makes, until it returns: its result; or why it did
    /// not return: a signal such as SIGSEGV ended the program, it exited, or `timeout` has passed. After that there is nothing to
    /// call until reset(): each call answers the same. Throws std::invalid_argument for a function that the program has not, for
    /// bytes that do not fit its stack, or if `timeout` is not positive; Error if the engine fails, or if the host refuses what the
    /// first of its system calls needs (a thread, a folder for names).
    tl::expected<Returned, ProgramStop> call(std::string_view function, std::span<const Argument> arguments,
                                             std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());
    /// The same for a function at an address: find() once, call often.
    tl::expected<Returned, ProgramStop> call(GuestVirt function, std::span<const Argument> arguments,
                                             std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max());

    /// The same as one calls a function: `Result` is an integral or floating type, or void.
    template <typename Result, typename... Values>
    tl::expected<Result, ProgramStop> call(std::string_view function, const Values&... values)
    {
        const std::array<Argument, sizeof...(values)> arguments{argument(values)...};
        return result<Result>(call(function, std::span<const Argument>{arguments}));
    }

    /// Where a function of the executable is; nothing if it has none of that name.
    std::optional<GuestVirt> find(std::string_view function) const;

    /// Copies the program's memory; false if not all of it is mapped, or may not be written.
    bool read(GuestVirt at, std::span<std::byte> into) const;
    bool write(GuestVirt at, std::span<const std::byte> from);

    /// Back to the frozen state, whatever was called meanwhile: memory that was written to is copied back; a program that did more
    /// than compute (opened files, started threads, ended) is thawed anew. Throws Error.
    void reset();

    const FrozenProgram& frozen() const;

private:
    class Inner;

    template <typename Value>
    static Argument argument(const Value& value)
    {
        if constexpr (std::is_same_v<Value, In> || std::is_same_v<Value, InOut>)
            return value;
        else if constexpr (std::is_floating_point_v<Value>)
            return static_cast<double>(value);
        else if constexpr (std::is_same_v<Value, GuestVirt>)
            return static_cast<std::int64_t>(value.value);
        else
            return static_cast<std::int64_t>(value);
    }
    template <typename Result>
    static tl::expected<Result, ProgramStop> result(const tl::expected<Returned, ProgramStop>& returned)
    {
        if (!returned) return tl::unexpected{returned.error()};
        if constexpr (std::is_void_v<Result>)
            return {};
        else if constexpr (std::is_floating_point_v<Result>)
            return static_cast<Result>(returned->real);
        else
            return static_cast<Result>(returned->integer);
    }

    std::unique_ptr<Inner> inner_;
};

}  // namespace husk
