#pragma once

#include "machine/choose_engine.hpp"
#include "program/image/start.hpp"
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
    std::shared_ptr<Thread> first;

private:
    void make_machine();
    void load_program();
    void make_first_thread();
};

}  // namespace husk::program
