#pragma once

#include "program/parts.hpp"

#include <husk/program.hpp>

#include <future>
#include <memory>
#include <optional>
#include <thread>

namespace husk::program {

/// Where a program lives that shares its process with others: a thread of the host that has file descriptors of its own, so that
/// the program's numbers are not the process's, and what is opened for it is nobody else's. It builds the program, runs it, and
/// takes it down; every thread that it starts shares its descriptors.
class Home {
public:
    /// Builds. Throws what Parts throws.
    Home(ProgramConfig config, std::shared_ptr<const FrozenContent> thawed);
    ~Home();
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    Parts& parts() const { return *parts_; }
    std::optional<ProgramStop> run();

private:
    void live(ProgramConfig config, const std::shared_ptr<const FrozenContent>& thawed, int line, std::promise<void>& built);

    Parts* parts_ = nullptr;    ///< of the thread's own
    std::promise<bool> order_;  ///< true: run; false: there is nothing to do any more
    bool ordered_ = false;
    std::promise<std::optional<ProgramStop>> end_;
    std::promise<void> leave_;
    std::thread thread_;
};

}  // namespace husk::program
