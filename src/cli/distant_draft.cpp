#include "cli/distant_draft.hpp"

#include "frozen/draft.hpp"

#include <husk/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <span>
#include <string>
#include <utility>

namespace husk::cli {

namespace {

/// What came of it: 0, or the errno of a call.
struct Answer {
    int error = 0;
    std::array<char, 32> call{};
};

/// The other process: waits to be asked, or for this one's end.
[[noreturn]] void wait_to_publish(frozen::Draft& draft, int socket, std::span<const int> not_its_own)
{
    for (const int each : not_its_own) ::close(each);
    // What a terminal sends to all of its group is none of its affair; and whoever reads what the program prints is not to wait.
    sigset_t all;
    sigfillset(&all);
    (void)::sigprocmask(SIG_BLOCK, &all, nullptr);
    if (const UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)}; null)
        for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) (void)::dup2(null.get(), standard);
    char asked = 0;
    if (::read(socket, &asked, 1) == 1) {
        Answer answer;
        try {
            draft.publish();
        } catch (const Error& error) {
            answer.error = error.code().value();
            error.call().copy(answer.call.data(), answer.call.size() - 1);
        }
        (void)!::write(socket, &answer, sizeof answer);
    }
    draft.~Draft();  // which leaves nothing behind
    ::_exit(0);
}

/// A process that is nobody's child, so that the program is never told of its end.
void start_other(frozen::Draft& draft, int socket, std::span<const int> not_its_own)
{
    const pid_t between = ::fork();
    if (between < 0) throw Error{"fork", errno};
    if (between == 0) {
        const pid_t other = ::fork();
        if (other == 0) wait_to_publish(draft, socket, not_its_own);
        ::_exit(other < 0 ? errno : 0);
    }
    int status = 0;
    while (::waitpid(between, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw Error{"fork", WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD};
}

UniqueFd copy_above(int fd, int line)
{
    UniqueFd copy{::fcntl(fd, F_DUPFD_CLOEXEC, line)};
    if (!copy) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno};
    return copy;
}

}  // namespace

DistantDraft::DistantDraft(const std::filesystem::path& path, int line)
{
    frozen::Draft draft{path};
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw Error{"socketpair", errno};
    const UniqueFd here{ends[0]};
    const UniqueFd there{ends[1]};
    fd_ = copy_above(draft.fd(), line);
    other_ = copy_above(here.get(), line);
    // Or it would never see that this process is gone.
    start_other(draft, there.get(), std::array{here.get(), other_.get(), fd_.get()});
    draft.leave_to_other();
}

void DistantDraft::publish()
{
    const char ask = 'p';
    Answer answer;
    const bool asked = ::send(other_.get(), &ask, 1, MSG_NOSIGNAL) == 1;
    if (!asked || ::recv(other_.get(), &answer, sizeof answer, MSG_WAITALL) != sizeof answer) throw Error{"send", EPIPE};
    if (answer.error != 0) throw Error{answer.call.data(), answer.error};
}

}  // namespace husk::cli
