#pragma once

#include "program/calls/handlers.hpp"
#include "program/process/process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace husk::test {

/// A folder that vanishes with all that is in it.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    std::string operator/(std::string_view name) const { return path_ + "/" + std::string{name}; }
    const std::string& path() const { return path_; }
    /// A file in it, with the folders that lead there.
    std::string file(std::string_view name, std::string_view bytes = "") const;
    std::string folder(std::string_view name) const;
    std::string link(std::string_view name, std::string_view to) const;

private:
    std::string path_;
};

/// The bytes of a file of the host.
std::string bytes_of(const std::string& path);

/// A program without a processor: its system calls are made by the test, with arguments in its memory.
class FilesGuest {
public:
    explicit FilesGuest(ProgramConfig config);
    /// Grants: paths with "ro:" or "rw:" before them, and "=" and the guest's place behind, if it is another.
    explicit FilesGuest(std::initializer_list<std::string> grants, bool private_tmp = false);

    program::Process& process() { return *process_; }
    program::Thread& thread() { return *thread_; }
    const std::vector<std::string>& told() const { return *told_; }

    /// A call as it is: numbers and addresses.
    program::Result raw(long number, std::vector<std::uint64_t> arguments);

    /// A call whose arguments are numbers and strings; strings are put in memory.
    template <typename... Arguments>
    program::Result call(long number, const Arguments&... arguments)
    {
        next_ = kStrings;
        return raw(number, {argument(arguments)...});
    }

    /// Where calls may write: kBufferSize bytes.
    static constexpr std::uint64_t kBuffer = 0x10'0000;
    static constexpr std::size_t kBufferSize = 0x10'000;
    /// What is there.
    std::string text(std::size_t size);
    template <typename T>
    T get()
    {
        return process_->memory.get<T>({kBuffer}).value();
    }
    template <typename T>
    void put(const T& value)
    {
        if (!process_->memory.put({kBuffer}, value)) throw std::runtime_error{"the buffer is not there"};
    }

    /// Short forms. Results are the calls'.
    program::Result open(const std::string& path, int flags = 0, unsigned mode = 0666);
    program::Result stat(const std::string& path);
    /// The link's text, or nothing.
    std::optional<std::string> readlink(const std::string& path);
    /// All of a file that can be opened, or its errno in brackets.
    std::string read(const std::string& path);
    /// The names in a folder, sorted, without "." and "..".
    std::vector<std::string> list(const std::string& path);
    std::string cwd();

private:
    static constexpr std::uint64_t kStrings = 0x20'0000;
    static constexpr std::uint64_t kStringsSize = 0x4'0000;

    std::uint64_t argument(const std::string& text);
    std::uint64_t argument(const char* text) { return argument(std::string{text}); }
    std::uint64_t argument(std::integral auto number) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(number)); }

    std::shared_ptr<std::vector<std::string>> told_ = std::make_shared<std::vector<std::string>>();
    ProgramConfig config_;
    std::unique_ptr<program::Process> process_;
    std::unique_ptr<program::Thread> thread_;
    std::uint64_t next_ = kStrings;
};

}  // namespace husk::test
