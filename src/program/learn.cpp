#include "base/quiet_thread.hpp"
#include "program/frozen/touched.hpp"
#include "program/residence.hpp"

#include <husk/frozen_program.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace husk {

namespace {

/// Those that give bytes to the descriptor of their first argument.
constexpr auto kWrites = std::to_array<std::uint64_t>({SYS_write, SYS_writev, SYS_pwrite64, SYS_pwritev, SYS_sendfile});

bool is_output(const SystemCall& call)
{
    return call.arguments[0] == STDOUT_FILENO || call.arguments[0] == STDERR_FILENO;
}

/// Looks at a program's memory at an instant at which the program waits for that. A thread of its own does, for those of a program
/// that is confined cannot.
class Look {
public:
    explicit Look(std::function<std::vector<program::FrozenRange>()> find)
        : thread_{quiet_thread([this, find = std::move(find)] {
              asked_.get_future().wait();
              try {
                  found_.set_value(find());
              } catch (...) {
                  found_.set_exception(std::current_exception());
              }
          })}
    {}
    ~Look()
    {
        now();
        thread_.join();
    }
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

    /// The first time counts. From any thread.
    void now()
    {
        std::call_once(once_, [this] { asked_.set_value(); });
        result_.wait();
    }
    /// Throws Error.
    std::vector<program::FrozenRange> found()
    {
        now();
        return result_.get();
    }

private:
    std::once_flag once_;
    std::promise<void> asked_;
    std::promise<std::vector<program::FrozenRange>> found_;
    std::shared_future<std::vector<program::FrozenRange>> result_{found_.get_future()};
    std::thread thread_;
};

}  // namespace

FrozenProgram::Learnt FrozenProgram::learn(Program& program) const
{
    program::Parts& parts = program.residence_->parts();
    if (parts.config.owns_process) throw std::invalid_argument{"a program that owns its process cannot be learnt from"};
    if (!parts.thawed || parts.thawed->state != content_->state)
        throw std::invalid_argument{"the program was not thawed from this"};
    Look look{[&] { return program::touched_memory(parts.process.space, content_->state.areas); }};
    for (const std::uint64_t number : kWrites) {
        SystemCallOverride& override = parts.config.overrides[number];
        override = [&look, before = std::move(override)](SystemCall& call) {
            if (is_output(call)) look.now();
            return before ? before(call) : std::nullopt;
        };
    }
    ProgramStop stop = program.run();
    auto content = std::make_shared<program::FrozenContent>(*content_);
    content->state.touched = look.found();
    return {FrozenProgram{std::move(content)}, std::move(stop)};
}

}  // namespace husk
