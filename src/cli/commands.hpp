#pragma once

#include <functional>

namespace CLI {
class App;
}

/// The commands. Each adds its options to the parser and returns what to do once they are read, giving the exit status.
namespace husk::cli {

using Action = std::function<int()>;

Action add_demo(CLI::App& command);
Action add_boot(CLI::App& command);
Action add_doctor(CLI::App& command);

}  // namespace husk::cli
