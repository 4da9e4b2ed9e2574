#include "program/residence.hpp"

namespace husk::program {

Residence::Residence(ProgramConfig config)
{
    if (config.owns_process) {
        owner_ = std::make_unique<Parts>(std::move(config));
        return;
    }
    if (config.on_output) config.standard_output = output_.emplace(config.on_output).writing_end();
    if (config.on_error_output) config.standard_error = error_output_.emplace(config.on_error_output).writing_end();
    home_ = std::make_unique<Home>(std::move(config));
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->close_writing_end();
}

ProgramStop Residence::run()
{
    if (owner_) return owner_->run();
    ProgramStop stop = home_->run();
    for (auto* const reader : {&output_, &error_output_})
        if (*reader) (*reader)->finish();
    return stop;
}

}  // namespace husk::program
