#include "cli/thaw_machines.hpp"

#include "cli/engine_option.hpp"
#include "cli/exit_status.hpp"
#include "cli/signals.hpp"

#include <husk/error.hpp>
#include <husk/image.hpp>

#include <fmt/format.h>

#include <utility>

namespace husk::cli {

namespace {

/// What a guest may write before it is done and others wait for it.
constexpr std::size_t kMostGathered = 1_MiB;

/// True if the machine is whole: what else stopped it may have left it on another engine, or without registers.
bool may_be_reset(const Stop& stop)
{
    return std::holds_alternative<stops::Halted>(stop) || std::holds_alternative<stops::Exited>(stop);
}

}  // namespace

InputFile::InputFile(const std::string& path)
try : bytes_{read_image_file(path)} {
} catch (const Error& error) {
    throw BadInput{fmt::format("--input {}: {}", path, error.hint().empty() ? error.code().message() : error.hint())};
}

InputSource InputFile::source() const
{
    return [this, next = std::size_t{0}]() mutable -> std::optional<std::byte> {
        if (next == bytes_.size()) return std::nullopt;
        return bytes_[next++];
    };
}

ThawOutput::ThawOutput(const ThawOptions& options)
    : debugcon_{options.debugcon, options.run.json == "-"}, serial_{options.serial, options.run.json == "-"}
{}

void ThawOutput::write(std::span<const std::byte> debugcon, std::span<const std::byte> serial)
{
    const std::lock_guard lock{mutex_};
    debugcon_.sink()(debugcon);
    serial_.sink()(serial);
}

nlohmann::json ThawOutput::to_json() const
{
    nlohmann::json object{{"output", debugcon_.kept()}, {"serial", serial_.kept()}};
    if (debugcon_.truncated() || serial_.truncated()) object["output_truncated"] = true;
    return object;
}

MachineConfig thaw_config(const ThawOptions& options)
{
    return {.engine = options.engine(),
            .any_cpu = options.any_cpu,
            .strict = options.strict,
            .measure_time = !options.many && (options.run.stats || options.run.json)};
}

OutputSink MachineThawer::gather(std::vector<std::byte>& into)
{
    return watch_.noting([this, &into](std::span<const std::byte> bytes) {
        into.insert(into.end(), bytes.begin(), bytes.end());
        if (into.size() >= kMostGathered) flush();
    });
}

void MachineThawer::flush()
{
    output_.write(debugcon_, serial_);
    debugcon_.clear();
    serial_.clear();
}

void MachineThawer::make(unsigned number)
{
    MachineConfig config = thaw_config(options_);
    config.thaw_number = number;
    config.debug_console = gather(debugcon_);
    config.serial_output = gather(serial_);
    config.serial_input = [this] { return typed_ ? typed_() : std::nullopt; };
    machine_.emplace(frozen_.thaw(std::move(config)));
    if (number == 1) tell_engine_choice(options_.file, machine_->engine_reason());
}

ThawEnd MachineThawer::thaw(unsigned number)
{
    if (input_ != nullptr) typed_ = input_->source();
    watch_.start();
    if (machine_)
        frozen_.reset(*machine_, number);
    else
        make(number);
    Stop stop;
    {
        const CancelOnSignal guard{*machine_};
        stop = machine_->run(options_.timeout());
    }
    watch_.stop();
    flush();
    if (options_.anew || !may_be_reset(stop)) machine_.reset();
    return {.number = number,
            .status = exit_status(stop, true, CatchSignals::caught()),
            .words = describe(stop),
            .first_output = watch_.first_output(),
            .end = watch_.end()};
}

}  // namespace husk::cli
