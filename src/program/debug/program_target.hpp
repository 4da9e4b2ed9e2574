#pragma once

#include "debug/gdb/target.hpp"
#include "program/debug/control.hpp"
#include "program/debug/granted_files.hpp"
#include "program/debug/link_map.hpp"

#include <memory>

namespace husk::program {

/// A program as GDB sees it: its threads by their ids, its memory, what the kernel would tell of it.
class ProgramTarget final : public debug::gdb::Target {
public:
    struct About {
        std::string executable;           ///< absolute, as the program names it
        std::span<const std::byte> vdso;  ///< what lies at layout::kVdso
        std::string engine;               ///< in words
    };
    /// `control` and `process` must outlive it.
    ProgramTarget(Control& control, Process& process, About about);

    void attach() override;
    void abandoned() override { control_.abandoned(); }
    const debug::gdb::Description& description() const override { return *description_; }
    debug::gdb::StopReport why_stopped() override;
    std::vector<std::int64_t> threads() override;
    std::string thread_info(std::int64_t thread) override;
    MachineState state(std::int64_t thread) override;
    void set_state(std::int64_t thread, const MachineState& state) override;
    std::size_t read(std::uint64_t at, bool physical, std::span<std::byte> bytes) override;
    bool write(std::uint64_t at, std::span<const std::byte> bytes) override;
    void set_breakpoints(const std::vector<Breakpoint>& breakpoints) override { control_.set_breakpoints(breakpoints); }
    debug::gdb::StopReport resume(const debug::gdb::requests::Resume& how) override { return control_.resume(how); }
    void interrupt() noexcept override { control_.interrupt(); }
    void forget_interrupts() override { control_.forget_interrupts(); }
    std::string monitor(std::string_view command) override;
    std::vector<std::string_view> objects() const override;
    std::optional<std::string> object(std::string_view kind, std::string_view annex) override;
    debug::gdb::TargetFiles* files() override { return &files_; }

private:
    LinkMap libraries() const;
    std::string threads_xml();
    std::string thread_table();
    std::string statistics() const;

    Control& control_;
    Process& process_;
    GrantedFiles files_;
    About about_;
    std::unique_ptr<debug::gdb::Description> description_;
};

}  // namespace husk::program
