#pragma once

#include "engine/vm.hpp"

#include <husk/memory.hpp>
#include <husk/x86.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace husk::test {

/// Where its code is, out of the way of page tables, vector table and answer cell.
inline constexpr std::uint64_t kCode = 0x8000;
inline constexpr std::uint64_t kData = 0x9000;      ///< free for the guest
inline constexpr std::uint64_t kStack = 0x7000;     ///< one past its first byte
inline constexpr std::uint64_t kHandlers = 0x5000;  ///< catch_exceptions(): 256 times HLT
inline constexpr std::uint64_t kIdt = 0x10'0000;    ///< catch_exceptions(): 256 interrupt gates
inline constexpr std::uint64_t kGdt = 0x10'2000;    ///< catch_exceptions(): null, flat code and data of ring 0, of ring 3
inline constexpr std::uint64_t kTss = 0xA000;       ///< to_ring_3(): with a bitmap that grants no port, at kPortBitmap
inline constexpr std::uint64_t kPortBitmap = kTss + 104;
inline constexpr std::uint64_t kRing0Stack = 0xC00;
inline constexpr std::uint64_t kHole = 0x30'0000;  ///< no memory from here on (16 MiB are mapped by the page tables)

/// Bytes of machine code.
std::vector<std::byte> code(std::initializer_list<unsigned> bytes);

/// What a handler finds.
struct Caught {
    unsigned vector = 0;
    std::optional<std::uint32_t> error_code;
    std::uint64_t rip = 0, cs = 0, rflags = 0;  ///< as in its frame
};

/// A guest on an engine, below the machine: its memory of 2 MiB, its processor, and what leaves it.
class EngineGuest {
public:
    explicit EngineGuest(std::unique_ptr<engine::Vm> vm);

    /// Puts `bytes` at kCode and the processor there, in `mode` and all else as a machine starts.
    void start(x86::Mode mode, std::span<const std::byte> bytes);
    void start(x86::Mode mode, std::initializer_list<unsigned> bytes) { start(mode, code(bytes)); }

    /// Gives the guest handlers for all vectors, which halt: an interrupt vector table in real mode, else GDT and IDT. After
    /// start().
    void catch_exceptions();
    /// Goes on in ring 3, from which those handlers find the stack of ring 0 at kRing0Stack. After catch_exceptions().
    void to_ring_3();
    /// Runs to one of those handlers. Throws std::runtime_error if the guest does not get there.
    Caught run_to_handler();

    /// run(), between enter() and leave().
    engine::Exit run(engine::Deadline deadline = engine::kNever);
    void settle();

    /// run(), which must give an `Expected`; throws std::runtime_error with what it gave.
    template <typename Expected>
    Expected run_to()
    {
        auto exit = run();
        if (auto* expected = std::get_if<Expected>(&exit)) return *expected;
        throw std::runtime_error{describe(exit)};
    }

    x86::Registers registers() { return vcpu().registers(); }
    engine::Vm& vm() { return *vm_; }
    engine::Vcpu& vcpu() { return vm_->vcpu(); }
    GuestMemory& memory() { return memory_; }
    template <typename Value>
    Value load(std::uint64_t at)
    {
        return memory_.load<Value>(GuestPhys{at}).value();
    }
    template <typename Value>
    void store(std::uint64_t at, Value value)
    {
        write(at, std::as_bytes(std::span{&value, 1}));
    }

    /// Throws std::runtime_error if that is not memory.
    void write(std::uint64_t at, std::span<const std::byte> bytes);

    static std::string describe(const engine::Exit& exit);

private:
    GuestMemory memory_;
    std::unique_ptr<engine::Vm> vm_;
};

/// What an exit carries, little-endian.
std::uint64_t number(std::span<const std::byte> data);
/// Answers an exit.
void answer(std::span<std::byte> data, std::uint64_t value);

}  // namespace husk::test
