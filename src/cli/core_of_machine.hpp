#pragma once

#include "frozen/draft.hpp"

#include <husk/machine.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace husk::cli {

/// What --core has asked for of a machine that is run. The file is begun before, so that one which cannot be written is known then.
class CoreOfMachine {
public:
    /// `image`: the file that was booted, with its bytes, whose symbols a debugger may want. Throws Error.
    CoreOfMachine(std::optional<std::string> file, const std::string& image, std::span<const std::byte> bytes);

    /// When it has stopped: writes the core if that is a failure, which wrong answers (`met`) are, too; and tells.
    void stop(const Machine& machine, const Stop& stop, bool met);
    /// Into an object of --json, as "core", if it was written.
    void add_to(nlohmann::json& object) const;

private:
    std::optional<std::string> file_;
    std::optional<frozen::Draft> draft_;
    std::string symbols_;
    bool written_ = false;
};

}  // namespace husk::cli
