#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "program/abi/names.hpp"
#include "program/trace/structures.hpp"
#include "program/trace/text.hpp"

namespace husk::program {
namespace {

/// The bytes of an address of some family, and how many of them a guest gave.
struct RawAddress {
    std::array<std::byte, sizeof(sockaddr_storage)> bytes{};
    std::size_t size = 0;

    template <typename T>
    T as() const
    {
        T value{};
        std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::span<const std::byte> from(std::size_t offset) const
    {
        return std::span{bytes}.first(size).subspan(std::min(offset, size));
    }
};

std::string format_unix(const RawAddress& raw)
{
    const std::span path = raw.from(offsetof(sockaddr_un, sun_path));
    if (path.empty()) return "{sa_family=AF_UNIX}";
    if (path.front() == std::byte{0}) return fmt::format("{{sa_family=AF_UNIX, sun_path=@{}}}", quote(path.subspan(1)));
    const auto end = std::ranges::find(path, std::byte{0});
    return fmt::format("{{sa_family=AF_UNIX, sun_path={}}}", quote(path.first(static_cast<std::size_t>(end - path.begin()))));
}

std::string format_inet(const RawAddress& raw)
{
    const auto inet = raw.as<sockaddr_in>();
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &inet.sin_addr, text.data(), text.size());
    return fmt::format("{{sa_family=AF_INET, sin_port=htons({}), sin_addr=inet_addr(\"{}\")}}", ntohs(inet.sin_port), text.data());
}

std::string format_inet6(const RawAddress& raw)
{
    const auto inet = raw.as<sockaddr_in6>();
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &inet.sin6_addr, text.data(), text.size());
    return fmt::format(
        "{{sa_family=AF_INET6, sin6_port=htons({}), sin6_flowinfo=htonl({}), inet_pton(AF_INET6, \"{}\", &sin6_addr), "
        "sin6_scope_id={}}}",
        ntohs(inet.sin6_port), ntohl(inet.sin6_flowinfo), text.data(), inet.sin6_scope_id);
}

std::string format_netlink(const RawAddress& raw)
{
    const auto netlink = raw.as<sockaddr_nl>();
    return fmt::format("{{sa_family=AF_NETLINK, nl_pid={}, nl_groups={:08x}}}", netlink.nl_pid, netlink.nl_groups);
}

Text format_address(const Look& look, const Target& target)
{
    RawAddress raw;
    raw.size = static_cast<std::size_t>(std::min<std::uint64_t>(target.length, raw.bytes.size()));
    if (raw.size < sizeof(sa_family_t) || !look.read(target.at, std::span{raw.bytes}.first(raw.size))) return std::nullopt;
    const auto family = raw.as<sa_family_t>();
    if (family == AF_UNIX) return format_unix(raw);
    if (family == AF_INET && raw.size >= sizeof(sockaddr_in)) return format_inet(raw);
    if (family == AF_INET6 && raw.size >= sizeof(sockaddr_in6)) return format_inet6(raw);
    if (family == AF_NETLINK && raw.size >= sizeof(sockaddr_nl)) return format_netlink(raw);
    return fmt::format("{{sa_family={}, sa_data={}}}", describe(Names::SocketDomain, family), quote(raw.from(sizeof family)));
}

/// A guest's struct msghdr.
struct Message {
    std::uint64_t name;
    std::uint32_t name_length, hole;
    std::uint64_t vectors, vector_count, control, control_length;
    std::int32_t flags, end;
};

Text format_message(const Look& look, const Target& target)
{
    const auto message = read_as<Message>(look.read, target.at);
    if (!message) return std::nullopt;
    const Text name =
        message->name == 0 ? std::nullopt : format_address(look, {Shape::SocketAddress, message->name, message->name_length});
    const Text vectors = message->vectors == 0
                             ? std::nullopt
                             : format_vectors(look, {Shape::IoVectors, message->vectors, message->vector_count, target.moved});
    const std::string control = message->control == 0 ? "" : fmt::format(", msg_control={}", address(message->control));
    return fmt::format("{{msg_name={}, msg_namelen={}, msg_iov={}, msg_iovlen={}{}, msg_controllen={}, msg_flags={}}}",
                       name.value_or(address(message->name)), message->name_length, vectors.value_or(address(message->vectors)),
                       message->vector_count, control, message->control_length,
                       describe(Names::MessageFlags, static_cast<std::uint64_t>(message->flags)));
}

}  // namespace

Text format_of_network(const Look& look, const Target& target)
{
    switch (target.shape) {
        case Shape::SocketAddress: return format_address(look, target);
        case Shape::MessageHeader: return format_message(look, target);
        default: return std::nullopt;
    }
}

}  // namespace husk::program
