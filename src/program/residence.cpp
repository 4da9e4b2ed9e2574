#include "program/residence.hpp"

#include "program/descriptors.hpp"
#include "trace/writer.hpp"

#include <husk/trace_file.hpp>

namespace husk::program {

Residence::Residence(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed, std::unique_ptr<machine::EngineAhead> ahead)
{
    if (config.trace_file && config.owns_process) config.trace_file->writer().move_above(descriptor_line(config.limits));
    // Otherwise written by a thread that has the descriptors of this one.
    if (config.trace_file && !config.owns_process) config.trace_file->writer().start();
    if (config.owns_process) {
        if (thawed) {
            thawed->memory->keep_descriptor_above(descriptor_line(config.limits));
            owner_ = std::make_unique<Parts>(std::move(config),
                                             Thawing{.content = thawed, .image = thawed->memory->descriptor(), .ahead = &ahead});
        } else {
            owner_ = std::make_unique<Parts>(std::move(config));
        }
        return;
    }
    readers_.read_for(config);
    home_ = std::make_unique<Home>(std::move(config), std::move(thawed));
    readers_.close_writing_ends();
}

std::optional<ProgramStop> Residence::run()
{
    if (owner_) return owner_->run();
    std::optional<ProgramStop> stop = home_->run();
    readers_.finish();
    return stop;
}

}  // namespace husk::program
