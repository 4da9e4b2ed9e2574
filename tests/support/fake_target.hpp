#pragma once

#include "debug/gdb/target.hpp"

#include <husk/error.hpp>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>

namespace husk::test {

/// One file, /a, and one link, /b, which leads there.
class FakeFiles : public debug::gdb::TargetFiles {
public:
    tl::expected<struct stat, int> look(const std::string& path) override
    {
        if (path != "/a" && path != "/b") return tl::unexpected{ENOENT};
        struct stat status {};
        status.st_ino = inode;
        status.st_mode = S_IFREG | S_IRUSR;
        status.st_size = static_cast<off_t>(content.size());
        return status;
    }
    tl::expected<std::size_t, int> read(const std::string&, const struct stat& known, std::uint64_t offset,
                                        std::span<std::byte> bytes) override
    {
        if (known.st_ino != inode) return tl::unexpected{ESTALE};
        if (offset >= content.size()) return 0;
        const auto part = std::as_bytes(std::span{content}).subspan(offset);
        const std::size_t size = std::min(part.size(), bytes.size());
        std::ranges::copy(part.first(size), bytes.begin());
        return size;
    }
    tl::expected<std::string, int> read_link(const std::string& path) override
    {
        if (path == "/b") return "a";
        return tl::unexpected{path == "/a" ? EINVAL : ENOENT};
    }

    std::string content = "con#ent";
    ino_t inode = 7;
};

/// What a debugger may meet, without a machine: 256 bytes of memory from 0x1000 on, threads 1 and 2.
class FakeTarget : public debug::gdb::Target {
public:
    static constexpr std::uint64_t kMemory = 0x1000;

    explicit FakeTarget(debug::gdb::Architecture architecture = debug::gdb::Architecture::X86_64,
                        std::size_t vector_size = 832)  // with AVX
        : description_{architecture, vector_size}
    {
        for (MachineState& each : states_) {
            each.vectors.resize(vector_size);
            each.system.cs.long_code = architecture == debug::gdb::Architecture::X86_64;
            if (each.system.cs.long_code) each.system.efer = x86::Efer::LMA;
        }
    }

    void attach() override {}
    const debug::gdb::Description& description() const override { return description_; }
    debug::gdb::StopReport why_stopped() override { return {}; }
    std::vector<std::int64_t> threads() override { return {1, 2}; }
    std::string thread_info(std::int64_t thread) override { return "thread " + std::to_string(thread); }
    MachineState state(std::int64_t thread) override { return states_.at(static_cast<std::size_t>(thread - 1)); }
    void set_state(std::int64_t thread, const MachineState& state) override
    {
        states_.at(static_cast<std::size_t>(thread - 1)) = state;
    }
    std::size_t read(std::uint64_t at, bool physical, std::span<std::byte> bytes) override
    {
        if (physical || at < kMemory || at - kMemory >= memory.size()) return 0;
        const std::size_t size = std::min<std::size_t>(bytes.size(), memory.size() - (at - kMemory));
        std::ranges::copy(std::span{memory}.subspan(at - kMemory, size), bytes.begin());
        return size;
    }
    bool write(std::uint64_t at, std::span<const std::byte> bytes) override
    {
        const std::uint64_t offset = at - kMemory;
        if (at < kMemory || offset > memory.size() || bytes.size() > memory.size() - offset) return false;
        std::ranges::copy(bytes, memory.begin() + static_cast<std::ptrdiff_t>(offset));
        return true;
    }
    void set_breakpoints(const std::vector<Breakpoint>& wanted) override
    {
        if (wanted.size() > kMostBreakpoints) throw Error{"breakpoint", ENOTSUP, "there are no more"};
        breakpoints = wanted;
    }
    debug::gdb::StopReport resume(const debug::gdb::requests::Resume& how) override
    {
        resumed.push_back(how);
        return {};
    }
    void interrupt() noexcept override {}
    void forget_interrupts() override {}
    std::string monitor(std::string_view command) override { return "you said " + std::string{command}; }
    std::vector<std::string_view> objects() const override { return {"auxv"}; }
    std::optional<std::string> object(std::string_view kind, std::string_view) override
    {
        return kind == "auxv" ? std::optional<std::string>{"abcdef"} : std::nullopt;
    }

    debug::gdb::TargetFiles* files() override { return &its_files; }

    static constexpr std::size_t kMostBreakpoints = 4;
    FakeFiles its_files;
    std::vector<std::byte> memory = std::vector<std::byte>(256);
    std::vector<Breakpoint> breakpoints;
    std::vector<debug::gdb::requests::Resume> resumed;

private:
    debug::gdb::Description description_;
    std::array<MachineState, 2> states_;
};

}  // namespace husk::test
