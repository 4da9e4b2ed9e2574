#pragma once

#include "program/process/watcher.hpp"
#include "program/timeline.hpp"
#include "program/trace/statistics.hpp"
#include "program/trace/trace.hpp"

#include <husk/program.hpp>

#include <optional>

namespace husk::program {

/// Traces calls, counts them, tells a trace file of everything: what of it is wanted.
class Observer final : public Watcher {
public:
    /// `engine`: what will execute the program when it runs.
    Observer(const ProgramConfig& config, const Engine& engine);

    void enters(Thread& thread) override;
    void left(Thread& thread, const entry::Event& event) override;
    void stops(Thread& thread) override;

    void before(Thread& thread, const Call& call) override;
    void after(Thread& thread, const Call& call, Result result) override;
    void signal(Thread& thread, const siginfo_t& info) override;
    void ended(Thread& thread) override;

    /// The program has ended, and its first thread the last.
    void finish(Thread& first, const ProgramStop& stop);
    /// Whose code is to be named; nothing if none is.
    Modules* modules() { return timeline_ ? &timeline_->modules() : nullptr; }
    const Statistics& statistics() const { return statistics_; }

private:
    void tell_end(int tid, const ProgramStop& stop);

    std::optional<Trace> trace_;
    std::optional<Timeline> timeline_;
    Statistics statistics_;
};

}  // namespace husk::program
