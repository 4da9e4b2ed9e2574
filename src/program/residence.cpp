#include "program/residence.hpp"

#include "program/descriptors.hpp"

namespace husk::program {

Residence::Residence(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed)
{
    if (config.owns_process) {
        if (thawed) {
            thawed->memory->keep_descriptor_above(descriptor_line(config.limits));
            owner_ = std::make_unique<Parts>(std::move(config), Thawing{thawed, thawed->memory->descriptor()});
        } else {
            owner_ = std::make_unique<Parts>(std::move(config));
        }
        return;
    }
    if (config.on_output) config.standard_output = output_.emplace(config.on_output).writing_end();
    if (config.on_error_output) config.standard_error = error_output_.emplace(config.on_error_output).writing_end();
    home_ = std::make_unique<Home>(std::move(config), std::move(thawed));
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->close_writing_end();
}

std::optional<ProgramStop> Residence::run()
{
    if (owner_) return owner_->run();
    std::optional<ProgramStop> stop = home_->run();
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->finish();
    return stop;
}

}  // namespace husk::program
