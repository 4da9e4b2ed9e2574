#pragma once

#include "support/bytes.hpp"
#include "support/lane.hpp"

#include <husk/error.hpp>
#include <husk/machine.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace husk::test {

// Long enough for any machine; a guest that needs it has failed.
inline constexpr std::chrono::seconds kPatience{60};

/// A machine of this lane with a flat guest at 0 and all that it prints.
class Guest {
public:
    explicit Guest(x86::Mode mode, MachineConfig config = {}) : mode_{mode}
    {
        config.mode = mode;
        config.debug_console = [this](auto bytes) { append(output_, bytes); };
        config.serial_output = [this](auto bytes) { append(serial_, bytes); };
        machine_ = std::make_unique<Machine>(on_lane(std::move(config)));
    }

    /// Puts `code` at 0 and the processor there.
    Guest& with(std::span<const std::byte> code)
    {
        EXPECT_TRUE(machine_->memory().write(GuestPhys{0}, code)) << "the guest does not fit";
        machine_->start(mode_, GuestPhys{0});
        return *this;
    }
    Stop run() { return machine_->run(kPatience); }

    Machine& machine() { return *machine_; }
    const std::string& output() const { return output_; }
    const std::string& serial() const { return serial_; }
    std::uint64_t rax() const { return machine_->registers().rax; }

private:
    static void append(std::string& text, std::span<const std::byte> bytes)
    {
        for (const std::byte byte : bytes) text += static_cast<char>(byte);
    }

    x86::Mode mode_;
    std::string output_;
    std::string serial_;
    std::unique_ptr<Machine> machine_;
};

/// Why this lane's engine cannot start a guest in `mode`, for GTEST_SKIP; empty if it can.
inline std::string obstacle_to(x86::Mode mode)
{
    try {
        const Guest probe{mode};
        return {};
    } catch (const Error& error) {
        if (error.code().value() != ENOTSUP) throw;
        return error.hint();
    }
}

}  // namespace husk::test
