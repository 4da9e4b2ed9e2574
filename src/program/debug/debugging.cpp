#include "program/debug/debugging.hpp"

#include "base/quiet_thread.hpp"
#include "machine/choose_engine.hpp"
#include "program/files/own_fd.hpp"
#include "program/parts.hpp"
#include "program/residence.hpp"

#include <husk/error.hpp>

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace husk::program {

namespace {

using debug::gdb::Server;

Parts& owned(Parts& parts)
{
    if (!parts.config.owns_process) throw std::invalid_argument{"only a program that owns its process can be debugged"};
    return parts;
}

ProgramTarget::About about(Parts& parts)
{
    std::string engine = parts.engine == Engine::Kvm ? "KVM" : "the software engine";
    if (!parts.engine_reason.empty()) engine += ": " + parts.engine_reason;
    return {.executable = parts.process.files.facts().program, .vdso = parts.process.windows->vdso(), .engine = std::move(engine)};
}

/// Descriptors are moved to where the program cannot reach them, and it makes none of its own meanwhile.
debug::gdb::MakeDescriptor out_of_reach(Process& process)
{
    return [&process](const std::function<UniqueFd()>& make) {
        const std::unique_lock lock{process.descriptors};
        UniqueFd made = make();
        return made ? moved_above(std::move(made), process.descriptor_line) : std::move(made);
    };
}

UniqueFd event()
{
    UniqueFd made{::eventfd(0, EFD_CLOEXEC)};
    if (!made) throw Error{"eventfd", errno};
    return made;
}

}  // namespace

Debugging::Debugging(Program& program, debug::gdb::Listener& listener, std::function<void(const std::string&)> say)
    : Debugging{owned(program.residence_->parts()), listener, std::move(say)}
{}

Debugging::Debugging(Parts& parts, debug::gdb::Listener& listener, std::function<void(const std::string&)> say)
    : Control{parts.process},
      process_{parts.process},
      target_{*this, parts.process, about(parts)},
      over_{moved_above(event(), parts.process.descriptor_line)},
      server_{listener, target_, std::move(say), over_.get(), out_of_reach(parts.process)}
{
    listener.keep_above(process_.descriptor_line);
    process_.debugger = this;
}

Debugging::~Debugging()
{
    end_service();
    process_.debugger = nullptr;
}

void Debugging::begin()
{
    thread_ = quiet_thread([this] { serve(); });
}

void Debugging::serve()
{
    try {
        wait_until_held();
        switch (server_.serve()) {
            case Server::End::Killed: killed_ = true; return process_.end(stops::Signalled{SIGKILL});
            case Server::End::Detached: return let_go();
            case Server::End::GuestOver:
            case Server::End::Woken: return;
        }
    } catch (...) {  // the host's
        process_.fail(std::current_exception());
    }
}

void Debugging::end_service()
{
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    (void)!::write(over_.get(), &one, sizeof one);
    thread_.join();
}

void Debugging::finish(const ProgramStop& stop)
{
    Control::finish(stop);
    end_service();
}

}  // namespace husk::program
