#include "cli/version.hpp"

#include "machine/choose_engine.hpp"

#include <fmt/format.h>

namespace husk::cli {

std::string version_text()
{
    std::string text = fmt::format("husk {} (MIT)\n", HUSK_VERSION);
    if (machine::has_soft_engine())
        text += fmt::format("software engine: Unicorn {} (GPL-2.0: this binary as a whole is under that licence)\n",
                            machine::soft_engine_version());
    else
        text += "software engine: not built in (needs Unicorn 2.1 or newer)\n";
    return text;
}

}  // namespace husk::cli
