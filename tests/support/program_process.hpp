#pragma once

#include "program/calls/handlers.hpp"
#include "program/process/process.hpp"
#include "support/stub_vcpu.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace husk::test {

/// A program's process with memory and one thread, but without a machine: its calls are made here, by this thread.
///
///     kPages      16 pages, readable and writable
///     kReadOnly   a page, followed by nothing
///     the last page before layout::kUserEnd, so that what straddles the end would find memory
///     the first page of Husk's own area, full of kMark
class ProgramProcess : public testing::Test {
protected:
    static constexpr std::uint64_t kPages = 0x10'0000;
    static constexpr std::uint64_t kSize = 16 * 4096;
    static constexpr std::uint64_t kReadOnly = 0x20'0000;
    static constexpr std::uint64_t kNothing = 0x30'0000;
    static constexpr int kLine = 200;
    static constexpr std::byte kMark{0xA5};

    explicit ProgramProcess(ProgramConfig config = {});
    ~ProgramProcess() override;

    /// Serves a call by its number; arguments are words, or addresses of the guest. ENOSYS if no group has it.
    template <typename... Words>
    program::Result call(long number, Words... words)
    {
        program::Call made{.number = static_cast<std::uint64_t>(number)};
        made.arguments = {program::host::word(words)...};
        return serve(made);
    }
    program::Result serve(const program::Call& call);

    template <typename T>
    void put(std::uint64_t at, const T& value)
    {
        ASSERT_TRUE(process_->memory.put({at}, value));
    }
    void put_text(std::uint64_t at, std::string_view text);
    template <typename T>
    T get(std::uint64_t at)
    {
        const auto value = process_->memory.get<T>({at});
        EXPECT_TRUE(value);
        return value.value_or(T{});
    }
    std::string get_text(std::uint64_t at, std::size_t size);

    /// A new file in memory, and a descriptor of Husk's for the same file, above the line.
    int make_file();
    int own(int fd);
    /// Closed at the end.
    int keep(int fd);

    /// Nothing in Husk's own area has changed.
    void expect_untouched();

    ProgramConfig config_;
    StubVcpu vcpu_;
    std::unique_ptr<program::Process> process_;
    std::shared_ptr<program::Thread> thread_;

private:
    std::vector<int> open_;
    std::array<bool, kLine> before_{};  ///< open when this began; what is open at the end and was not is closed
};

}  // namespace husk::test
