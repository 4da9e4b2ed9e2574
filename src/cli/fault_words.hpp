#pragma once

#include <husk/program_snapshot.hpp>

#include <string>
#include <vector>

/// Why a program was ended by a signal, told from what is mapped.
namespace husk::cli {

/// "r-x".
std::string rights_words(const MappedArea& area);

/// "/usr/bin/cat, r-x, 0x1139 from its start at 0x1000001000"; or what is around if nothing is mapped there.
std::string place_words(const std::vector<MappedArea>& areas, GuestVirt at);

/// Lines: the signal, the exception that it came of, and why that was raised.
std::string fault_words(const std::vector<MappedArea>& areas, const FatalSignal& fatal);

}  // namespace husk::cli
