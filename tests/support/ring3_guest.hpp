#pragma once

#include "base/mapping.hpp"
#include "support/engine_guest.hpp"

#include <memory>

namespace husk::test {

/// A virtual machine of this lane's engine.
std::unique_ptr<engine::Vm> lane_vm();
/// True if this lane's engine is KVM.
bool on_kvm();

/// 64-bit code at ring 3 on this lane's engine, with memory of its own beside EngineGuest's, whose rights can change. Ports up to
/// 63 are its to use.
class Ring3Guest {
public:
    static constexpr std::uint16_t kPort = 0x20;
    static constexpr std::uint64_t kBase = 4_MiB;  ///< of that memory
    static constexpr std::uint64_t kSize = 2_MiB;

    Ring3Guest();

    /// Gives it that memory.
    void add(bool writable = true) { vm().add_memory({kBase}, extra(), writable); }
    /// What the guest may do with a page of it: told to the host's page tables, and to an engine that does not follow those.
    void allow(std::uint64_t page, engine::Access access);

    /// Makes `vcpu`, the machine's first if none is given, run `bytes`, from `at` on.
    void start(std::span<const std::byte> bytes, engine::Vcpu* vcpu = nullptr, std::uint64_t at = kCode);
    void start(std::initializer_list<unsigned> bytes, const x86::Registers& registers = {});

    engine::Exit run() { return guest_.run(); }
    template <typename Expected>
    Expected run_to()
    {
        return guest_.run_to<Expected>();
    }

    EngineGuest& guest() { return guest_; }
    engine::Vm& vm() { return guest_.vm(); }
    engine::Vcpu& vcpu() { return guest_.vcpu(); }
    /// The host's view of the guest's own memory.
    std::span<std::byte> extra() { return extra_.bytes(); }
    template <typename Value>
    Value load(std::uint64_t at)
    {
        Value value;
        std::memcpy(&value, extra().subspan(at - kBase, sizeof value).data(), sizeof value);
        return value;
    }
    template <typename Value>
    void store(std::uint64_t at, const Value& value)
    {
        std::memcpy(extra().subspan(at - kBase, sizeof value).data(), &value, sizeof value);
    }

private:
    void set_up(engine::Vcpu& vcpu);

    Mapping extra_;
    EngineGuest guest_;
};

/// Every instruction sequence of a test ends so.
inline constexpr unsigned kOut[] = {0xE6, Ring3Guest::kPort};  // out 0x20, al

}  // namespace husk::test
