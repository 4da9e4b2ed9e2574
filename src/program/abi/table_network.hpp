#pragma once

#include "program/abi/make_argument.hpp"
#include "program/abi/system_calls.hpp"

namespace husk::program::table {

using namespace make;

/// Sockets, and messages between processes.
inline constexpr auto kNetworkCalls = std::to_array<SystemCall>({
    {41, "socket", {flags("domain", Names::SocketDomain), flags("type", Names::SocketType), num("protocol")}},
    {42, "connect", {fd("sockfd"), in("addr", Shape::SocketAddress, 2), uns("addrlen")}},
    {43, "accept", {fd("sockfd"), out("addr", Shape::SocketAddress, 2), inout("addrlen", Shape::Int)}},
    {44,
     "sendto",
     {fd("sockfd"), in_bytes("buf", 2), size("len"), flags("flags", Names::MessageFlags), in("dest_addr", Shape::SocketAddress, 5),
      uns("addrlen")}},
    {45,
     "recvfrom",
     {fd("sockfd"), out_bytes("buf"), size("len"), flags("flags", Names::MessageFlags), out("src_addr", Shape::SocketAddress, 5),
      inout("addrlen", Shape::Int)}},
    {46, "sendmsg", {fd("sockfd"), in("msg", Shape::MessageHeader), flags("flags", Names::MessageFlags)}},
    {47, "recvmsg", {fd("sockfd"), out("msg", Shape::MessageHeader), flags("flags", Names::MessageFlags)}},
    {48, "shutdown", {fd("sockfd"), flags("how", Names::ShutdownHow)}},
    {49, "bind", {fd("sockfd"), in("addr", Shape::SocketAddress, 2), uns("addrlen")}},
    {50, "listen", {fd("sockfd"), num("backlog")}},
    {51, "getsockname", {fd("sockfd"), out("addr", Shape::SocketAddress, 2), inout("addrlen", Shape::Int)}},
    {52, "getpeername", {fd("sockfd"), out("addr", Shape::SocketAddress, 2), inout("addrlen", Shape::Int)}},
    {53,
     "socketpair",
     {flags("domain", Names::SocketDomain), flags("type", Names::SocketType), num("protocol"), out("sv", Shape::IntPair)}},
    {54, "setsockopt", {fd("sockfd"), flags("level", Names::SocketLevel), num("optname"), in_bytes("optval", 4), uns("optlen")}},
    {55,
     "getsockopt",
     {fd("sockfd"), flags("level", Names::SocketLevel), num("optname"), ptr("optval"), inout("optlen", Shape::Int)}},
    {64, "semget", {hex("key"), num("nsems"), hex("semflg")}},
    {65, "semop", {num("semid"), ptr("sops"), size("nsops")}},
    {66, "semctl", {num("semid"), num("semnum"), num("op"), hex("arg")}},
    {68, "msgget", {hex("key"), hex("msgflg")}},
    {69, "msgsnd", {num("msqid"), ptr("msgp"), size("msgsz"), hex("msgflg")}},
    {70, "msgrcv", {num("msqid"), ptr("msgp"), size("msgsz"), lng("msgtyp"), hex("msgflg")}},
    {71, "msgctl", {num("msqid"), num("op"), ptr("buf")}},
    {181, "getpmsg", {}},
    {182, "putpmsg", {}},
    {220, "semtimedop", {num("semid"), ptr("sops"), size("nsops"), in("timeout", Shape::Timespec)}},
    {240, "mq_open", {text("name"), flags("oflag", Names::OpenFlags), mode(), ptr("attr")}},
    {241, "mq_unlink", {text("name")}},
    {242,
     "mq_timedsend",
     {fd("mqdes"), in_bytes("msg_ptr", 2), size("msg_len"), uns("msg_prio"), in("abs_timeout", Shape::Timespec)}},
    {243,
     "mq_timedreceive",
     {fd("mqdes"), out_bytes("msg_ptr"), size("msg_len"), out("msg_prio", Shape::Unsigned), in("abs_timeout", Shape::Timespec)}},
    {244, "mq_notify", {fd("mqdes"), in("sevp", Shape::SignalEvent)}},
    {245, "mq_getsetattr", {fd("mqdes"), ptr("newattr"), ptr("oldattr")}},
    {288,
     "accept4",
     {fd("sockfd"), out("addr", Shape::SocketAddress, 2), inout("addrlen", Shape::Int), flags("flags", Names::SocketFlags)}},
    {299,
     "recvmmsg",
     {fd("sockfd"), ptr("msgvec"), uns("vlen"), flags("flags", Names::MessageFlags), inout("timeout", Shape::Timespec)}},
    {307, "sendmmsg", {fd("sockfd"), ptr("msgvec"), uns("vlen"), flags("flags", Names::MessageFlags)}},
});

}  // namespace husk::program::table
