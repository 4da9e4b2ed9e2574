#pragma once

#include "machine/choose_engine.hpp"
#include "program/image/start.hpp"
#include "program/observer.hpp"
#include "program/process/loader.hpp"
#include "program/process/process.hpp"

#include <husk/program.hpp>

#include <memory>
#include <string>

namespace husk::program {

/// What a program is made of, in the order it is built; destroyed in reverse.
struct Parts {
    explicit Parts(ProgramConfig given);
    ~Parts();
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    ProgramStop run();

    Start start;
    ProgramConfig config;
    Engine engine = Engine::Kvm;
    std::string engine_reason;
    Process process;
    Observer* observer = nullptr;  ///< the process's watcher, if it has one
    std::shared_ptr<Thread> first;
    std::string confinement_missing;

private:
    void make_machine();
    void load_program();
    void start_in_folder();
    void make_first_thread();
    void confine_process();
};

}  // namespace husk::program
