#pragma once

#include "cli/console.hpp"
#include "cli/stopwatch.hpp"
#include "cli/thaw_many.hpp"
#include "cli/thaw_options.hpp"

#include <husk/frozen.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace husk::cli {

/// What a guest reads from a file, which is read once.
class InputFile {
public:
    /// Throws BadInput.
    explicit InputFile(const std::string& path);

    /// From its beginning. Refers to this.
    InputSource source() const;

private:
    std::vector<std::byte> bytes_;
};

/// The consoles of many machines: each one's output goes there at once, when it is done.
class ThawOutput {
public:
    explicit ThawOutput(const ThawOptions& options);

    /// Thread-safe. Throws Error.
    void write(std::span<const std::byte> debugcon, std::span<const std::byte> serial);
    /// What was kept for --json: output, serial, output_truncated.
    nlohmann::json to_json() const;

private:
    std::mutex mutex_;
    Console debugcon_;
    Console serial_;
};

/// What the options say of a thawed machine, without its consoles.
MachineConfig thaw_config(const ThawOptions& options);

/// Thaws machines: a first one, which is then reset.
class MachineThawer final : public Thawer {
public:
    /// All must outlive it; `input` may be nullptr.
    MachineThawer(const ThawOptions& options, const Frozen& frozen, ThawOutput& output, const InputFile* input)
        : options_{options}, frozen_{frozen}, output_{output}, input_{input}
    {}

    ThawEnd thaw(unsigned number) override;

private:
    void make(unsigned number);
    OutputSink gather(std::vector<std::byte>& into);
    void flush();

    const ThawOptions& options_;
    const Frozen& frozen_;
    ThawOutput& output_;
    const InputFile* input_;
    InputSource typed_;  ///< of the guest at hand
    Stopwatch watch_;
    std::vector<std::byte> debugcon_, serial_;  ///< what it has written so far
    std::optional<Machine> machine_;
};

}  // namespace husk::cli
