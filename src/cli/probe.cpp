#include "cli/probe.hpp"

#include <husk/error.hpp>

#include <chrono>

namespace husk::cli {

namespace {

constexpr std::chrono::seconds kPatience{30};  // none is known to need it
constexpr std::uint64_t kDeviceSize = kPageSize;
constexpr std::uint8_t kRing3 = 3;

/// Takes what a guest tells, and ends it.
class Listener final : public Device {
public:
    void read(std::uint64_t, std::span<std::byte>) override {}
    std::optional<Stop> write(std::uint64_t, std::span<const std::byte> data) override
    {
        told = 0;
        for (std::size_t i = 0; i < data.size(); ++i) *told |= std::to_integer<std::uint32_t>(data[i]) << (8 * i);
        return stops::Exited{};
    }

    std::optional<std::uint32_t> told;
};

/// Counts the bytes written to it.
class Counter final : public Device {
public:
    void read(std::uint64_t, std::span<std::byte> data) override { data.front() = static_cast<std::byte>(count_); }
    std::optional<Stop> write(std::uint64_t, std::span<const std::byte> data) override
    {
        count_ += data.size();
        return std::nullopt;
    }

private:
    std::size_t count_ = 0;
};

void start(Machine& machine, const Probe& probe)
{
    machine.start(probe.mode, GuestPhys{guests::kProbeAt}, GuestPhys{guests::kProbeStack});
    if (probe.cr4 == Flags<x86::Cr4>{} && !probe.ring3) return;
    x86::SystemRegisters system = machine.system_registers();
    system.cr4 |= probe.cr4;
    if (probe.ring3) {
        for (x86::Segment* segment : {&system.cs, &system.ds, &system.es, &system.fs, &system.gs, &system.ss}) {
            segment->dpl = kRing3;
            segment->selector |= kRing3;
        }
    }
    machine.set_system_registers(system);
}

Told run_on(Machine& machine, const Probe& probe)
{
    Listener listener;
    Counter counter;
    machine.attach(MmioRange{.base = GuestPhys{guests::kProbeMemory}, .size = kDeviceSize}, listener);
    machine.attach(PortRange{.first = guests::kProbePort, .count = 1}, counter);
    GuestPhys at{guests::kProbeAt};
    for (const guests::ProbeCode code : probe.code) {
        machine.memory().write(at, code);
        at = at + code.size();
    }
    start(machine, probe);

    const Stop stop = machine.run(kPatience);
    Told told{.value = listener.told};
    if (std::holds_alternative<stops::Halted>(stop)) told.value = static_cast<std::uint32_t>(machine.registers().rax);
    if (const auto words = machine.memory().load<decltype(told.words)>(GuestPhys{guests::kProbeData})) told.words = *words;
    return told;
}

}  // namespace

Told run_probe(const Probe& probe, Engine engine)
{
    try {
        Machine machine{{.memory = {{.base = {}, .size = guests::kProbeMemory}}, .engine = engine, .mode = probe.mode}};
        return run_on(machine, probe);
    } catch (const Error&) {
        return {};  // the mode, or what CR4 shall enable
    }
}

}  // namespace husk::cli
