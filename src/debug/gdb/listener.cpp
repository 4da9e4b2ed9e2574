#include "debug/gdb/listener.hpp"

#include "base/match.hpp"

#include <husk/error.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace husk::debug::gdb {

namespace {

constexpr int kBacklog = 4;

[[noreturn]] void refuse(std::string_view text, std::string_view why)
{
    throw std::invalid_argument{fmt::format("'{}' {}", text, why)};
}

std::optional<std::uint16_t> port_of(std::string_view text)
{
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

/// An address of either family, as the host takes it.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    const sockaddr* get() const
    {
        const void* const place = &storage;
        return static_cast<const sockaddr*>(place);
    }
};

/// A numeric address: to look names up would take the resolver's libraries, which a statically linked husk has not.
std::optional<SocketAddress> resolve(const TcpAddress& tcp)
{
    const std::string host = tcp.host == "localhost" ? "127.0.0.1" : tcp.host;
    const std::uint16_t port = htons(port_of(tcp.port).value_or(0));
    SocketAddress result;
    sockaddr_in four{};
    if (::inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = port;
        std::memcpy(&result.storage, &four, sizeof four);
        result.size = sizeof four;
        return result;
    }
    sockaddr_in6 six{};
    if (::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return std::nullopt;
    six.sin6_family = AF_INET6;
    six.sin6_port = port;
    std::memcpy(&result.storage, &six, sizeof six);
    result.size = sizeof six;
    return result;
}

bool is_loopback(const SocketAddress& address)
{
    constexpr std::uint32_t kLoopbackNet = 127;  // 127.0.0.0/8
    constexpr int kNetShift = 24;
    sockaddr_in four{};
    sockaddr_in6 six{};
    std::memcpy(&four, &address.storage, sizeof four);
    std::memcpy(&six, &address.storage, sizeof six);
    if (address.storage.ss_family == AF_INET6) return std::memcmp(&six.sin6_addr, &in6addr_loopback, sizeof in6addr_loopback) == 0;
    return ntohl(four.sin_addr.s_addr) >> kNetShift == kLoopbackNet;
}

UniqueFd open_socket(int family)
{
    UniqueFd fd{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (!fd) throw Error{"socket", errno};
    return fd;
}

void listen_on(int fd, const sockaddr* address, socklen_t size, const std::string& name)
{
    if (::bind(fd, address, size) != 0) throw Error{"bind", errno, name};
    if (::listen(fd, kBacklog) != 0) throw Error{"listen", errno, name};
}

/// The port that the host has bound it to: it may have been the host's to choose.
std::uint16_t bound_port(int fd)
{
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    void* const place = &bound.storage;
    if (::getsockname(fd, static_cast<sockaddr*>(place), &bound.size) != 0) throw Error{"getsockname", errno};
    sockaddr_in four{};
    sockaddr_in6 six{};
    std::memcpy(&four, &bound.storage, sizeof four);
    std::memcpy(&six, &bound.storage, sizeof six);
    return ntohs(bound.storage.ss_family == AF_INET6 ? six.sin6_port : four.sin_port);
}

}  // namespace

Address parse_address(std::string_view text)
{
    constexpr std::string_view kUnix = "unix:";
    if (text.starts_with(kUnix)) {
        const std::string_view path = text.substr(kUnix.size());
        if (path.empty()) refuse(text, "names no socket: unix:PATH");
        if (path.size() >= sizeof(sockaddr_un::sun_path)) refuse(text, "is too long for a socket's path");
        return UnixAddress{std::string{path}};
    }
    TcpAddress address;
    const auto colon = text.rfind(':');
    const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
    if (!port_of(port)) refuse(text, "is not PORT, HOST:PORT or unix:PATH");
    address.port = port;
    if (colon == std::string_view::npos) return address;
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) refuse(text, "names no host: HOST:PORT, or PORT for this machine alone");
    address.host = host;
    if (!resolve(address)) refuse(text, "has a host that is neither localhost nor an address in numbers");
    return address;
}

Listener::Listener(const Address& address)
{
    std::visit(match{
                   [&](const TcpAddress& tcp) {
                       const auto place = resolve(tcp);
                       if (!place) throw std::invalid_argument{"the host is not an address"};
                       socket_ = open_socket(place->storage.ss_family);
                       const int yes = 1;
                       ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
                       // Small packets, each waited for: who is accepted inherits it.
                       ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                       listen_on(socket_.get(), place->get(), place->size, fmt::format("{}:{}", tcp.host, tcp.port));
                       local_ = is_loopback(*place);
                       const bool six = place->storage.ss_family == AF_INET6;
                       name_ = fmt::format("{}{}{}:{}", six ? "[" : "", tcp.host, six ? "]" : "", bound_port(socket_.get()));
                   },
                   [&](const UnixAddress& local) {
                       socket_ = open_socket(AF_UNIX);
                       sockaddr_un name{};
                       name.sun_family = AF_UNIX;
                       std::ranges::copy(local.path, std::begin(name.sun_path));
                       const void* const place = &name;
                       // Nobody else may debug: the mask is the process's, so the socket is closed off before anybody can connect.
                       if (::fchmod(socket_.get(), S_IRUSR | S_IWUSR) != 0) throw Error{"fchmod", errno, local.path};
                       listen_on(socket_.get(), static_cast<const sockaddr*>(place), sizeof name, local.path);
                       name_ = path_ = local.path;
                   },
               },
               address);
}

Listener::~Listener()
{
    if (!path_.empty()) ::unlink(path_.c_str());
}

void Listener::keep_above(int line)
{
    UniqueFd moved{::fcntl(socket_.get(), F_DUPFD_CLOEXEC, line)};
    if (!moved) throw Error{"fcntl(F_DUPFD_CLOEXEC)", errno};
    socket_ = std::move(moved);
}

UniqueFd Listener::accept() const
{
    UniqueFd connection{::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!connection && errno != ECONNABORTED && errno != EINTR && errno != EAGAIN) throw Error{"accept", errno, name_};
    return connection;
}

}  // namespace husk::debug::gdb
