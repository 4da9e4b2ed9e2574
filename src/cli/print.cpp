#include "cli/print.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace husk::cli {

void write_all(int fd, std::span<const std::byte> bytes, std::string_view what)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            // Whoever shares the descriptor made it non-blocking: wait until it takes more.
            pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            throw Error{what, errno};
        }
    }
}

void print(std::string_view text)
{
    write_all(STDOUT_FILENO, std::as_bytes(std::span{text}), "write to stdout");
}

std::string printable(std::string_view text)
{
    constexpr unsigned char kFirstPrintable = 0x20, kDelete = 0x7F;
    std::string result;
    for (const char letter : text) {
        const auto value = static_cast<unsigned char>(letter);
        if (value < kFirstPrintable || value >= kDelete)
            result += fmt::format("\\x{:02x}", value);
        else
            result += letter;
    }
    return result;
}

void complain(std::string_view text) noexcept
{
    try {
        write_all(STDERR_FILENO, std::as_bytes(std::span{text}), "write to stderr");
    } catch (const Error&) {
    }
}

void complain_of(const Error& error) noexcept
{
    complain(fmt::format("husk: {}: {}\n", error.call(), error.code().message()));
    if (!error.hint().empty()) complain(fmt::format("  {}\n", error.hint()));
}

}  // namespace husk::cli
