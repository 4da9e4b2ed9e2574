#include "program/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <thread>

namespace husk::test {
namespace {

constexpr char kEscape = '\x1b';
constexpr int kPatience = 100'000;  // milliseconds without a byte: far more than any of them takes

/// In the child: the terminal becomes its own, its input and its output. Never returns.
[[noreturn]] void become(const Command& command, const char* terminal)
{
    constexpr int kNotRun = 127;
    const ExecWords words{command};
    ::setsid();
    const int fd = ::open(terminal, O_RDWR);  // which makes it the session's
    for (const int standard : {0, 1, 2}) ::dup2(fd, standard);
    ::close_range(3, ~0u, 0);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGTSTP, SIGWINCH, SIGQUIT}) std::signal(signal, SIG_DFL);
    if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) ::_exit(kNotRun);
    ::execve(command.program.c_str(), words.arguments(), words.environment());
    ::_exit(kNotRun);
}

}  // namespace

void Screen::write(std::string_view bytes)
{
    for (const char byte : bytes) put(byte);
}

void Screen::put(char byte)
{
    if (!sequence_.empty()) {
        sequence_ += byte;
        const bool introduces = sequence_.size() == 2 && byte == '[';
        if (byte >= '@' && !introduces) escape(byte);
    } else if (byte == kEscape) {
        sequence_ = byte;
    } else if (byte == '\r') {
        column_ = 0;
    } else if (byte == '\n') {
        rows_.emplace_back();
    } else if (byte == '\b') {
        column_ -= column_ > 0 ? 1 : 0;
    } else if (byte >= ' ' || byte == '\t') {
        std::string& row = rows_.back();
        row.resize(std::max(row.size(), column_ + 1), ' ');
        row[column_++] = byte;
    }
}

/// ECMA-48: CUF, CUB, DCH, ICH, EL. What else there is changes no text here.
void Screen::escape(char last)
{
    const std::size_t given = std::strtoul(sequence_.c_str() + 2, nullptr, 10);
    const std::size_t count = std::max<std::size_t>(given, 1);
    std::string& row = rows_.back();
    row.resize(std::max(row.size(), column_), ' ');
    if (last == 'C') column_ += count;
    if (last == 'D') column_ -= std::min(column_, count);
    if (last == 'P') row.erase(column_, count);
    if (last == '@') row.insert(column_, count, ' ');
    if (last == 'K' && given == 0) row.resize(column_);
    sequence_.clear();
}

std::string Screen::text() const
{
    std::string all;
    for (const std::string& row : rows_) {
        if (&row != &rows_.front()) all += '\n';
        all += row.substr(0, row.find_last_not_of(' ') + 1);
    }
    return all;
}

Terminal::Terminal(const Command& command) : fd_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)}
{
    std::array<char, 64> name{};
    if (!fd_ || ::grantpt(fd_.get()) != 0 || ::unlockpt(fd_.get()) != 0 || ::ptsname_r(fd_.get(), name.data(), name.size()) != 0)
        throw std::system_error{errno, std::generic_category(), "posix_openpt"};
    resize(24, 80);
    child_ = ::fork();
    if (child_ < 0) throw std::system_error{errno, std::generic_category(), "fork"};
    if (child_ == 0) become(command, name.data());
}

Terminal::~Terminal()
{
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
}

void Terminal::type(std::string_view keys)
{
    if (::write(fd_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error{errno, std::generic_category(), "write to a terminal"};
}

void Terminal::resize(unsigned short rows, unsigned short columns)
{
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (::ioctl(fd_.get(), TIOCSWINSZ, &size) != 0) throw std::system_error{errno, std::generic_category(), "TIOCSWINSZ"};
}

void Terminal::until_it_waits() const
{
    constexpr int kLooks = 5;
    for (int asleep = 0; asleep < kLooks; std::this_thread::sleep_for(std::chrono::milliseconds{2})) {
        std::ifstream file{"/proc/" + std::to_string(child_) + "/stat"};
        std::string id, name, state;
        if (!(file >> id >> name >> state)) return;
        asleep = state == "S" ? asleep + 1 : 0;
    }
}

std::string Terminal::shown_with(std::string_view tail)
{
    std::string shown = screen_.text();
    while (!shown.ends_with(tail)) {
        pollfd waiting{.fd = fd_.get(), .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, kPatience) <= 0) break;
        std::array<char, 4096> bytes{};
        const ssize_t size = ::read(fd_.get(), bytes.data(), bytes.size());
        if (size <= 0) break;  // EIO: nobody has the other end any more
        screen_.write({bytes.data(), static_cast<std::size_t>(size)});
        shown = screen_.text();
    }
    return shown;
}

int Terminal::wait()
{
    std::array<char, 4096> rest{};
    while (::read(fd_.get(), rest.data(), rest.size()) > 0) {  // what it still says it must be able to
    }
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    return status;
}

}  // namespace husk::test
