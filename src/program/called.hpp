#pragma once

#include "base/deadline_timer.hpp"
#include "base/unique_fd.hpp"
#include "engine/vcpu.hpp"
#include "program/errands.hpp"
#include "program/output_reader.hpp"
#include "program/parts.hpp"

#include <husk/instance.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace husk::program {

/// A thawed program at rest, and what it takes to call into it. Its machine is the process's, so that any thread can run it; but
/// what it has of files it has on a thread of its own, with descriptors of its own, where its calls are served that need those.
/// That thread is there from the start if there is anything that it may not find: a grant, a file that the program had open.
/// Otherwise it is made for the first call that needs it, for most functions make none.
class Called {
public:
    Called(ProgramConfig config, std::shared_ptr<const FrozenContent> content);
    ~Called();
    Called(const Called&) = delete;
    Called& operator=(const Called&) = delete;

    tl::expected<Returned, ProgramStop> call(GuestVirt function, std::span<const husk::Argument> arguments,
                                             engine::Deadline deadline);
    /// False if it has done more than what can be undone in place.
    bool rewind(std::span<const Restored> restored);

    Process& process() { return parts_->process; }
    Thread& thread() { return *parts_->first; }

private:
    void keep_standard_descriptors(ProgramConfig& config);
    void prepare();
    void start_errands(const std::function<void()>& undo);
    void unmake() noexcept;
    Result elsewhere(Thread& thread, const std::function<Result()>& serve);
    std::uint64_t room_on_stack(std::uint64_t top) const;

    std::shared_ptr<const FrozenContent> content_;
    UniqueFd image_;  ///< of its memory
    OutputReaders readers_;
    std::array<UniqueFd, 3> standard_;  ///< what its descriptors 0, 1 and 2 will be copies of, until it has them
    machine::Chosen machine_;
    std::unique_ptr<Parts> parts_;
    x86::SystemRegisters system_;         ///< what its processor began with
    std::optional<DeadlineTimer> timer_;  ///< ends it where it waits
    std::unique_ptr<Errands> errands_;
};

}  // namespace husk::program
