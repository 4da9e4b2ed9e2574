#include "program/home.hpp"

#include "base/unique_fd.hpp"
#include "machine/choose_engine.hpp"
#include "program/descriptors.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace husk::program {

namespace {

/// The calling thread gets a copy of the process's descriptors, and of its directory and umask: from now on each has its own.
void part_from_process()
{
    if (::unshare(CLONE_FILES | CLONE_FS) != 0) throw Error{"unshare(CLONE_FILES)", errno};
}

/// 0, 1 and 2 become the program's; what else the process has open below `line` is no business of its.
void arrange(const ProgramConfig& config, int line)
{
    std::array<UniqueFd, 3> given;
    const std::array<int, 3> wanted{config.standard_input, config.standard_output, config.standard_error};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        given[i] = UniqueFd{wanted[i] < 0 ? ::open("/dev/null", O_RDWR | O_CLOEXEC) : ::fcntl(wanted[i], F_DUPFD_CLOEXEC, line)};
        if (!given[i]) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, "a standard descriptor of the program"};
    }
    for (int i = 0; i < static_cast<int>(given.size()); ++i)
        if (::dup2(given[static_cast<std::size_t>(i)].get(), i) < 0) throw Error{"dup2", errno};
    given = {};
    constexpr unsigned kFirst = 3;
    if (::syscall(SYS_close_range, kFirst, static_cast<unsigned>(line - 1), 0u) != 0) throw Error{"close_range", errno};
}

/// A descriptor of the image that is not among those that arrange() closes.
UniqueFd image_above(const MemoryImage& image, int line)
{
    UniqueFd copy{::fcntl(image.descriptor(), F_DUPFD_CLOEXEC, line)};
    if (!copy) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno, "a memory image"};
    return copy;
}

}  // namespace

Home::Home(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed)
{
    const int line = descriptor_line(config.limits);
    machine::keep_devices_above(line);
    std::promise<void> built;
    auto ready = built.get_future();
    // Signals of the process are its own threads' to take.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    thread_ = std::thread{[this, config = std::move(config), thawed = std::move(thawed), line, &built]() mutable {
        live(std::move(config), thawed, line, built);
    }};
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    try {
        ready.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

Home::~Home()
{
    if (!ordered_) order_.set_value(false);
    leave_.set_value();
    thread_.join();
}

void Home::live(ProgramConfig config, const std::shared_ptr<const FrozenContent>& thawed, int line, std::promise<void>& built)
{
    std::unique_ptr<Parts> parts;
    try {
        part_from_process();
        const UniqueFd image = thawed ? image_above(*thawed->memory, line) : UniqueFd{};
        arrange(config, line);
        parts = thawed ? std::make_unique<Parts>(std::move(config), Thawing{thawed, image.get()})
                       : std::make_unique<Parts>(std::move(config));
    } catch (...) {
        return built.set_exception(std::current_exception());
    }
    parts_ = parts.get();
    built.set_value();
    if (!order_.get_future().get()) return;
    auto left = leave_.get_future();
    try {
        end_.set_value(parts->run());
    } catch (...) {
        end_.set_exception(std::current_exception());
    }
    // Whoever reads what the program wrote waits for its end.
    for (const int fd : {0, 1, 2}) ::close(fd);
    left.get();
}

std::optional<ProgramStop> Home::run()
{
    ordered_ = true;
    order_.set_value(true);
    return end_.get_future().get();
}

}  // namespace husk::program
