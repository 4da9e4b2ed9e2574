#include "cli/thaw_processes.hpp"

#include "cli/app.hpp"
#include "cli/exit_status.hpp"
#include "cli/outlet.hpp"
#include "cli/parse.hpp"
#include "cli/print.hpp"
#include "cli/progress.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <list>
#include <system_error>
#include <vector>

namespace husk::cli {

namespace {

using Clock = std::chrono::steady_clock;

struct Child {
    unsigned number;
    pid_t pid;
    UniqueFd process;
    Outlet out, err;
    Clock::time_point begin;
    std::optional<std::chrono::nanoseconds> first_output{};
    std::optional<ThawEnd> end{};
};

UniqueFd open_input(const std::string& file)
{
    const auto refuse = [&](int error) {
        throw BadInput{fmt::format("--input {}: {}", file, std::generic_category().message(error))};
    };
    UniqueFd input{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
    if (!input) refuse(errno);
    struct stat status {};
    if (::fstat(input.get(), &status) == 0 && S_ISDIR(status.st_mode)) refuse(EISDIR);
    return input;
}

/// What is opened from now on is none of 0, 1 and 2, which are given to children.
void fill_standard_descriptors()
{
    for (;;) {
        UniqueFd nothing{::open("/dev/null", O_RDWR)};
        if (!nothing || nothing.get() > STDERR_FILENO) return;
        (void)nothing.release();
    }
}

/// A shell's status of a child that ended, and in words how it did.
ThawEnd end_of(const Child& child, int wait_status)
{
    ThawEnd end{
        .number = child.number, .status = 0, .words = {}, .first_output = child.first_output, .end = Clock::now() - child.begin};
    if (WIFSIGNALED(wait_status)) {
        end.status = kSignalled + WTERMSIG(wait_status);
        end.words = describe(ProgramStop{stops::Signalled{WTERMSIG(wait_status)}});
    } else {
        end.status = WEXITSTATUS(wait_status);
        end.words = fmt::format("exited with status {}", end.status);
    }
    return end;
}

/// Children at work, and the signals to this process, in one loop.
class Parent {
public:
    Parent(const ThawPlan& plan, const std::function<int(unsigned)>& child) : plan_{plan}, run_{child}
    {
        sigset_t set;
        sigemptyset(&set);
        for (const int signal : {SIGINT, SIGTERM}) sigaddset(&set, signal);
        signals_ = UniqueFd{::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)};
        if (!signals_) throw Error{"signalfd", errno};
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
    }
    ~Parent()
    {
        for (const Child& child : children_) {
            if (child.end) continue;
            ::kill(child.pid, SIGKILL);
            ::waitpid(child.pid, nullptr, 0);
        }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    Parent(const Parent&) = delete;
    Parent& operator=(const Parent&) = delete;

    ThawResults results()
    {
        const auto begin = Clock::now();
        const unsigned parallel = std::min(plan_.parallel, plan_.count);
        ThawResults results{parallel};
        const Progress progress{[&] { return fmt::format("{} of {} thaws done", done_.load(), plan_.count); }};
        for (std::uint64_t next = 1; next <= plan_.count || !children_.empty();) {
            while (signal_ == 0 && next <= plan_.count && children_.size() < parallel) start(static_cast<unsigned>(next++));
            if (children_.empty()) break;
            wait();
            collect(results);
        }
        results.finish(Clock::now() - begin, signal_);
        return results;
    }

private:
    static constexpr std::size_t kWatched = 3;  ///< descriptors of each child

    void start(unsigned number);
    [[noreturn]] void be_child(unsigned number, int input, int out, int err);
    void wait();
    void heed(Child& child, std::span<const pollfd, kWatched> ready);
    void stop_all();
    void collect(ThawResults& results);

    const ThawPlan& plan_;
    const std::function<int(unsigned)>& run_;
    UniqueFd signals_;
    sigset_t before_{};
    std::list<Child> children_;
    std::atomic<unsigned> done_{0};
    int signal_ = 0;  ///< the one that came
};

void Parent::start(unsigned number)
{
    const UniqueFd input = open_input(plan_.input);
    Pipe out;
    Pipe err;
    const auto begin = Clock::now();
    const pid_t pid = ::fork();
    if (pid < 0) throw Error{"fork", errno};
    if (pid == 0) be_child(number, input.get(), out.writing.get(), err.writing.get());
    children_.push_back({.number = number,
                         .pid = pid,
                         .process = UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))},
                         .out = {std::move(out.reading), STDOUT_FILENO},
                         .err = {std::move(err.reading), STDERR_FILENO},
                         .begin = begin});
    if (!children_.back().process) throw Error{"pidfd_open", errno};
}

void Parent::be_child(unsigned number, int input, int out, int err)
{
    // It must not outlive who reads what it writes.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    const std::array<int, 3> given{input, out, err};
    for (int fd = 0; fd < static_cast<int>(given.size()); ++fd) ::dup2(given[static_cast<std::size_t>(fd)], fd);
    constexpr unsigned kFirst = 3;
    ::close_range(kFirst, static_cast<unsigned>(plan_.line - 1), 0);
    ::_exit(guarded([&] { return run_(number); }));
}

void Parent::wait()
{
    std::vector<pollfd> ready{{.fd = signals_.get(), .events = POLLIN, .revents = 0}};
    for (const Child& child : children_)
        for (const int fd : {child.process.get(), child.out.fd(), child.err.fd()})
            ready.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    if (::poll(ready.data(), ready.size(), -1) < 0) {
        if (errno == EINTR) return;
        throw Error{"poll", errno};
    }
    if (ready.front().revents != 0) stop_all();
    auto next = std::span<const pollfd>{ready}.subspan(1);
    for (Child& child : children_) {
        heed(child, next.first<kWatched>());
        next = next.subspan(kWatched);
    }
}

/// `ready`: its process, and its two outlets.
void Parent::heed(Child& child, std::span<const pollfd, kWatched> ready)
{
    const auto take = [&](Outlet& outlet, const pollfd& state) {
        if (state.revents != 0 && outlet.take() && !child.first_output) child.first_output = Clock::now() - child.begin;
    };
    take(child.out, ready[1]);
    take(child.err, ready[2]);
    if (ready[0].revents == 0 || child.end) return;
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    child.end = end_of(child, status);
    child.process = UniqueFd{};
}

/// The first signal is handed on, the second kills.
void Parent::stop_all()
{
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return;
    for (const Child& child : children_)
        if (!child.end) ::kill(child.pid, signal_ == 0 ? static_cast<int>(info.ssi_signo) : SIGKILL);
    signal_ = static_cast<int>(info.ssi_signo);
}

void Parent::collect(ThawResults& results)
{
    for (auto child = children_.begin(); child != children_.end();) {
        if (!child->end || !child->out.closed() || !child->err.closed()) {
            ++child;
            continue;
        }
        child->out.flush();
        child->err.flush();
        child->end->first_output = child->first_output;
        results.add(*std::move(child->end));
        ++done_;
        child = children_.erase(child);
    }
}

}  // namespace

ThawResults thaw_in_processes(const ThawPlan& plan, const std::function<int(unsigned number)>& child)
{
    fill_standard_descriptors();
    (void)open_input(plan.input);
    return Parent{plan, child}.results();
}

void take_as_stdin(const std::string& file)
{
    const UniqueFd input = open_input(file);
    if (::dup2(input.get(), STDIN_FILENO) < 0) throw Error{"dup2", errno};
}

}  // namespace husk::cli
