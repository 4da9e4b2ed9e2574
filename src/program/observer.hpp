#pragma once

#include "program/process/watcher.hpp"
#include "program/trace/statistics.hpp"
#include "program/trace/trace.hpp"

#include <husk/program.hpp>

#include <optional>

namespace husk::program {

/// Traces calls, counts them, or both.
class Observer final : public Watcher {
public:
    explicit Observer(const ProgramConfig& config);

    void before(Thread& thread, const Call& call) override;
    void after(Thread& thread, const Call& call, Result result) override;
    void signal(Thread& thread, const siginfo_t& info) override;
    void ended(Thread& thread) override;

    /// The program has ended, and its first thread, which has the id `tid`, the last.
    void finish(int tid, const ProgramStop& stop);
    const Statistics& statistics() const { return statistics_; }

private:
    void tell_end(int tid, const ProgramStop& stop);

    std::optional<Trace> trace_;
    Statistics statistics_;
};

}  // namespace husk::program
