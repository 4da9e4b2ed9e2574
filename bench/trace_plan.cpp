#include "plan.hpp"
#include "program_work.hpp"
#include "work.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace husk::bench {

namespace {

/// Where a trace goes while it is measured: a file in memory, if there are such; gone with this.
class TracePath {
public:
    TracePath()
    {
        const std::filesystem::path folder = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
        path_ = folder / fmt::format("husk-bench-{}.json", ::getpid());
    }
    ~TracePath() { ::unlink(path_.c_str()); }
    TracePath(const TracePath&) = delete;
    TracePath& operator=(const TracePath&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Comparison port_row(const char* what, Engine engine, guest::Code code, const std::string& path)
{
    return {.what = what,
            .reference = [engine, code] { return port_exits(engine, code); },
            .measured = [engine, code, path] { return traced_port_exits(engine, code, path); },
            .units = kExits};
}

/// The same command without and with --trace.
template <typename Measure>
Comparison command_row(const char* what, const Programs& programs, const Command& words, const std::string& path, Measure measure)
{
    Command plain{programs.husk, "run", "--engine", "kvm"};
    Command traced = plain;
    traced.insert(traced.end(), {"--trace", path});
    for (Command* const command : {&plain, &traced}) command->insert(command->end(), words.begin(), words.end());
    return {.what = what,
            .reference = [plain, measure] { return measure(plain); },
            .measured = [traced, measure] { return measure(traced); }};
}

}  // namespace

Plan trace_plan(const Programs& programs)
{
    constexpr std::uint64_t kCalls = 5000;
    const auto file = std::make_shared<const TracePath>();
    const std::string& path = file->path();
    Plan plan{.table = {.title = "Husk with --trace, and without", .reference = "without", .measured = "with"}};
    plan.keep = file;
    Comparison calls =
        command_row("one trivial system call", programs, {programs.work, "calls", std::to_string(kCalls)}, path, work_in_program);
    calls.units = static_cast<double>(kCalls);
    plan.comparisons = {
        port_row("one port exit and back, OUT, on KVM", Engine::Kvm, guest::thousand_outs(), path),
        std::move(calls),
        command_row("the smallest static program, whole process", programs, {programs.start}, path, run_process),
        command_row("a static program of glibc's, whole process", programs, {programs.work}, path, run_process),
    };
#if HUSK_SOFT_ENGINE
    plan.comparisons.push_back(
        port_row("one port exit and back, OUT, on the software engine", Engine::Soft, guest::thousand_outs_in_a_loop(), path));
#endif
    return plan;
}

}  // namespace husk::bench
