#pragma once

#include "debug/address.hpp"
#include "debug/paint.hpp"

#include <husk/program_snapshot.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What accesses of a program's come to: by the tables that the processor walks, and by what the host has behind them.
namespace husk::cli {

struct ProgramAccess {
    std::string_view access{};             ///< "read", "write", "execute"
    std::string signal{};                  ///< that it raises, with its code: "SIGSEGV, SEGV_MAPERR"; empty: none
    std::optional<unsigned> error_code{};  ///< in the signal's frame
    std::string why{};                     ///< why it does; also of one that Linux would not allow
};

/// The areas are all that is mapped, those that are not the program's to change (the vDSO, Husk's part) among them. None of them
/// ends where a file does.
std::vector<ProgramAccess> program_accesses(const debug::AddressWords& walk, const std::vector<MappedArea>& areas);

/// Where it is, and a line an access.
std::string access_text(const debug::AddressWords& walk, const std::vector<MappedArea>& areas, const debug::Paint& paint);
nlohmann::ordered_json access_json(const debug::AddressWords& walk, const std::vector<MappedArea>& areas);

}  // namespace husk::cli
