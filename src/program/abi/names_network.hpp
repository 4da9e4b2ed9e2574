#pragma once

#include <sys/socket.h>

#include "program/abi/name_set.hpp"

/// Names in calls on sockets.
namespace husk::program::names {

inline constexpr auto kSocketDomain = std::to_array<Name>({
    HUSK_CHOICE(AF_UNSPEC),
    HUSK_CHOICE(AF_UNIX),
    HUSK_CHOICE(AF_INET),
    HUSK_CHOICE(AF_INET6),
    HUSK_CHOICE(AF_NETLINK),
    HUSK_CHOICE(AF_PACKET),
    HUSK_CHOICE(AF_ALG),
    HUSK_CHOICE(AF_BLUETOOTH),
    HUSK_CHOICE(AF_CAN),
    HUSK_CHOICE(AF_VSOCK),
    HUSK_CHOICE(AF_XDP),
});
inline constexpr std::uint64_t kSocketTypeMask = 0xF;
inline constexpr auto kSocketType = std::to_array<Name>({
    HUSK_FIELD(SOCK_STREAM, kSocketTypeMask),
    HUSK_FIELD(SOCK_DGRAM, kSocketTypeMask),
    HUSK_FIELD(SOCK_RAW, kSocketTypeMask),
    HUSK_FIELD(SOCK_RDM, kSocketTypeMask),
    HUSK_FIELD(SOCK_SEQPACKET, kSocketTypeMask),
    HUSK_FIELD(SOCK_DCCP, kSocketTypeMask),
    HUSK_FIELD(SOCK_PACKET, kSocketTypeMask),
    HUSK_BIT(SOCK_CLOEXEC),
    HUSK_BIT(SOCK_NONBLOCK),
});
inline constexpr auto kSocketFlags = std::to_array<Name>({HUSK_BIT(SOCK_CLOEXEC), HUSK_BIT(SOCK_NONBLOCK)});
inline constexpr auto kMessageFlags = std::to_array<Name>({
    HUSK_BIT(MSG_OOB),   HUSK_BIT(MSG_PEEK),       HUSK_BIT(MSG_DONTROUTE), HUSK_BIT(MSG_CTRUNC),   HUSK_BIT(MSG_PROXY),
    HUSK_BIT(MSG_TRUNC), HUSK_BIT(MSG_DONTWAIT),   HUSK_BIT(MSG_EOR),       HUSK_BIT(MSG_WAITALL),  HUSK_BIT(MSG_FIN),
    HUSK_BIT(MSG_SYN),   HUSK_BIT(MSG_CONFIRM),    HUSK_BIT(MSG_RST),       HUSK_BIT(MSG_ERRQUEUE), HUSK_BIT(MSG_NOSIGNAL),
    HUSK_BIT(MSG_MORE),  HUSK_BIT(MSG_WAITFORONE), HUSK_BIT(MSG_ZEROCOPY),  HUSK_BIT(MSG_FASTOPEN), HUSK_BIT(MSG_CMSG_CLOEXEC),
});
inline constexpr auto kShutdownHow = std::to_array<Name>({HUSK_CHOICE(SHUT_RD), HUSK_CHOICE(SHUT_WR), HUSK_CHOICE(SHUT_RDWR)});
inline constexpr auto kSocketLevel = std::to_array<Name>({
    choice(0, "SOL_IP"),
    HUSK_CHOICE(SOL_SOCKET),
    choice(6, "SOL_TCP"),
    choice(17, "SOL_UDP"),
    choice(41, "SOL_IPV6"),
    choice(270, "SOL_NETLINK"),
    choice(263, "SOL_PACKET"),
});

}  // namespace husk::program::names
