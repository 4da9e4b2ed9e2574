#pragma once

#include "machine/engine_ahead.hpp"
#include "program/frozen/capture_process.hpp"
#include "program/frozen/content.hpp"
#include "program/frozen/restore_process.hpp"
#include "program/image/start.hpp"
#include "program/observer.hpp"
#include "program/process/loader.hpp"
#include "program/process/process.hpp"
#include "program/sandbox/sandbox.hpp"
#include "program/vdso.hpp"

#include <husk/program.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace husk::program {

/// What a thawed program begins with.
struct Thawing {
    std::shared_ptr<const FrozenContent> content;
    int image = -1;                      ///< of the content's memory, among the descriptors of the thread that builds
    machine::Chosen* machine = nullptr;  ///< to be moved from; nothing: one is made
    bool files_later = false;            ///< open_files() is yet to be called
    Goes goes = Goes::On;
    std::unique_ptr<machine::EngineAhead>* ahead = nullptr;  ///< to be moved from, if there is one: what was begun already
};

/// What a program is made of, in the order it is built; destroyed in reverse.
struct Parts {
    explicit Parts(ProgramConfig given);
    /// One that goes on where another was frozen. Throws Error, naming what there is not.
    Parts(ProgramConfig given, const Thawing& from);
    ~Parts();
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    /// What a thawed program has of files, by name and by descriptor, if that was left for later: on a thread whose descriptors are
    /// its own. Throws Error.
    void open_files();
    /// Nothing: it was frozen, and `captured` is there.
    std::optional<ProgramStop> run();
    /// It is to be frozen when it comes there. Before run(). Throws Error.
    void freeze_at(const FreezeWhere& where);
    /// Where it is, if freeze_at() was called. From any thread.
    void freeze_now();

    std::unique_ptr<machine::EngineAhead> ahead;  ///< the machine, while it is made beside the rest
    std::optional<Start> start;                   ///< if it was not thawed
    std::size_t asked_grants;                     ///< of `config`'s: as many as its last were asked for
    ProgramConfig config;
    Engine engine = Engine::Kvm;
    std::string engine_reason;
    Process process;
    std::shared_ptr<const FrozenContent> thawed;  ///< if it was
    std::optional<Captured> captured;
    std::vector<std::string> features;  ///< of those that CPUID has shown it, what it can depend on; if it was to be frozen
    std::atomic<bool> to_be_frozen{false}, freeze_wanted{false};
    Observer* observer = nullptr;  ///< the process's watcher, if it has one
    std::shared_ptr<Thread> first;
    std::optional<PreparedSandbox> sandbox;  ///< until the program is confined
    std::string confinement_missing;

private:
    void watch_calls();
    void name_code();
    void keep_pagemap();
    machine::Chosen made_machine() const;
    void take_machine(machine::Chosen chosen);
    Vdso own_vdso() const;
    Vdso vdso_for(const ProgramState& state) const;
    void tell_facts();
    void thaw(const Thawing& from);
    void prepare_confinement();
    void check_features(const x86::NeededFeatures& needed);
    void thaw_memory(const Thawing& from);
    void enter(machine::Chosen chosen, const FrozenContent& content);
    bool has_ready(const ProgramState& state) const;
    void go_to(const std::string& folder);
    void start_others();
    void capture();
    void load_program();
    void start_in_folder();
    void make_first_thread();
    void confine_process();
};

}  // namespace husk::program
