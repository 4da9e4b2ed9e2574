#pragma once

#include "debug/gdb/file_request.hpp"
#include "debug/gdb/words.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What GDB asks for, packet by packet: "Debugging with GDB", appendix E, "Packets" (E.2), "General Query Packets" (E.4).
namespace husk::debug::gdb {

namespace requests {

struct WhyStopped {};     ///< ?
struct ReadRegisters {};  ///< g
struct WriteRegisters {
    std::string bytes;
};  ///< G
struct ReadRegister {
    std::size_t number = 0;
};                      ///< p
struct WriteRegister {  ///< P
    std::size_t number = 0;
    std::string bytes;
};
struct ReadMemory {  ///< m; physical: qHusk.physical
    std::uint64_t at = 0, size = 0;
    bool physical = false;
};
struct WriteMemory {  ///< M, X
    std::uint64_t at = 0;
    std::string bytes;
};
/// c, s, C, S, vCont
struct Resume {
    struct Action {
        bool step = false;
        int signal = 0;  ///< GDB's number; 0: none
        std::int64_t thread = kAllThreads;
    };
    std::vector<Action> actions;      ///< the first that is about a thread holds for it
    std::optional<std::uint64_t> at;  ///< go on from there
};
struct AskActions {};  ///< vCont?
/// Z, z
struct SetBreakpoint {
    enum class Kind : std::uint8_t { Software, Hardware, Write, Read, Access };
    bool insert = true;
    Kind kind = Kind::Software;
    std::uint64_t at = 0, size = 0;
};
struct SelectThread {  ///< H
    bool for_resume = false;
    std::int64_t thread = 0;
};
struct IsThreadAlive {
    std::int64_t thread = 0;
};                        ///< T
struct CurrentThread {};  ///< qC
struct FirstThreads {};   ///< qfThreadInfo: all of them
struct MoreThreads {};    ///< qsThreadInfo
struct ThreadInfo {
    std::int64_t thread = 0;
};                            ///< qThreadExtraInfo
struct AskSupport {};         ///< qSupported
struct AskAttached {};        ///< qAttached
struct StopAcknowledging {};  ///< QStartNoAckMode
struct ReadObject {           ///< qXfer:KIND:read:ANNEX:OFFSET,SIZE
    std::string kind, annex;
    std::uint64_t offset = 0, size = 0;
};
struct Monitor {
    std::string command;
};                 ///< qRcmd
struct Detach {};  ///< D
struct Kill {
    bool answer = false;
};                  ///< k, vKill
struct Unknown {};  ///< what is not served: the answer is empty
struct Malformed {
    std::string why;
};

}  // namespace requests

using Request =
    std::variant<requests::WhyStopped, requests::ReadRegisters, requests::WriteRegisters, requests::ReadRegister,
                 requests::WriteRegister, requests::ReadMemory, requests::WriteMemory, requests::Resume, requests::AskActions,
                 requests::SetBreakpoint, requests::SelectThread, requests::IsThreadAlive, requests::CurrentThread,
                 requests::FirstThreads, requests::MoreThreads, requests::ThreadInfo, requests::AskSupport, requests::AskAttached,
                 requests::StopAcknowledging, requests::ReadObject, requests::Monitor, requests::Detach, requests::Kill,
                 FileRequest, requests::Unknown, requests::Malformed>;

/// What the body of a packet asks for; whatever it holds.
Request parse_request(std::string_view body);

}  // namespace husk::debug::gdb
