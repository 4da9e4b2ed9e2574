#pragma once

#include <memory>
#include <string>

namespace husk {

namespace trace {
class Writer;
}

/// A file of what guests do, and when: trace events in JSON, as Chrome has them, which Perfetto and speedscope show and
/// `husk trace-summary` sums up (docs/tracing.md). Machines and programs that are given it (MachineConfig::trace_file,
/// ProgramConfig::trace_file) have tracks of their own in it, one a thread; several may share one, on any threads.
///
/// It is written while they run, by a thread of its own: a process that is killed loses what the last quarter of a second had. A
/// guest waits where the host cannot write as fast as it has events.
class TraceFile {
public:
    /// Makes the file, or empties it; `machine` is what machines are called in it, and programs have names of their own. Throws
    /// Error if the host refuses it, or if there is something else than a trace in the file.
    explicit TraceFile(const std::string& path, const std::string& machine = "machine");
    /// As close(), but nobody is told what failed.
    ~TraceFile();
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    /// Writes what is left, and the end. What machines and programs do from then on is lost. Throws Error if not all could be
    /// written (disk full), once.
    void close();

    trace::Writer& writer() { return *writer_; }

private:
    std::unique_ptr<trace::Writer> writer_;
};

}  // namespace husk
