#pragma once

#include <husk/frozen_program.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace husk::cli {

class FrozenPlaces;

/// The same as inspect_text() for who has its places.
std::string inspect_text(const FrozenProgram& frozen, FrozenPlaces& places);

/// What is explained of a frozen program besides what its file says: where its threads are, what is mapped, and the machine that it
/// would run in, as that of an image is; with an address how that translates, and what accesses to it come to.
nlohmann::ordered_json explained_json(const FrozenProgram& frozen, std::optional<GuestVirt> address);

}  // namespace husk::cli
