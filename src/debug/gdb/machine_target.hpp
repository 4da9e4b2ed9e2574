#pragma once

#include "debug/gdb/target.hpp"

#include <husk/machine.hpp>
#include <husk/stop.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace husk::debug::gdb {

/// A machine, whose processor is its only thread.
class MachineTarget final : public Target {
public:
    struct Options {
        std::chrono::nanoseconds timeout = std::chrono::nanoseconds::max();  ///< for all the time that the guest runs
        std::function<void()> reset{};                                       ///< puts the machine back to its start
    };
    /// `machine`, which is about to run, must outlive it.
    MachineTarget(Machine& machine, Options options);

    /// What the guest stopped at last, if it is over.
    const std::optional<Stop>& end() const { return end_; }
    /// What is left of the time that it may run.
    std::chrono::nanoseconds time_left() const { return left_; }

    void attach() override;
    const Description& description() const override { return *description_; }
    StopReport why_stopped() override;
    std::vector<std::int64_t> threads() override { return {1}; }
    std::string thread_info(std::int64_t thread) override;
    MachineState state(std::int64_t thread) override;
    void set_state(std::int64_t thread, const MachineState& state) override;
    std::size_t read(std::uint64_t at, bool physical, std::span<std::byte> bytes) override;
    bool write(std::uint64_t at, std::span<const std::byte> bytes) override;
    void set_breakpoints(const std::vector<Breakpoint>& breakpoints) override;
    StopReport resume(const requests::Resume& how) override;
    void interrupt() noexcept override { machine_.cancel(); }
    void forget_interrupts() override;
    std::string monitor(std::string_view command) override;
    std::vector<std::string_view> objects() const override { return {}; }
    std::optional<std::string> object(std::string_view kind, std::string_view annex) override;

private:
    Stop run(bool step);
    StopReport report(const Stop& stop);
    std::string breakpoint_reason(const stops::Debug& stop) const;
    bool would_stop_again() const;
    x86::SystemRegisters translation(bool physical) const;

    Machine& machine_;
    Options options_;
    std::chrono::nanoseconds left_;
    std::unique_ptr<Description> description_;
    std::vector<Breakpoint> breakpoints_;
    bool physical_ = false;              ///< addresses of the debugger's are guest-physical
    std::optional<MachineState> state_;  ///< as it is, if it was asked for
    StopReport last_;
    std::optional<Stop> end_;
    /// The stop that the guest would come to again, and where.
    std::optional<Stop> fatal_;
    x86::Registers fatal_at_;
};

}  // namespace husk::debug::gdb
