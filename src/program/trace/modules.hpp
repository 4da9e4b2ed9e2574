#pragma once

#include "program/image/byte_source.hpp"
#include "program/image/executable.hpp"
#include "trace/symbol_table.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace husk::program {

/// The files whose code a program has mapped, for their symbols. Thread-safe.
class Modules {
public:
    /// A file that is mapped as a whole, its addresses raised by `bias`.
    void add_loaded(const std::string& path, const ByteSource& file, const Executable& what, std::uint64_t bias);
    /// [begin, end) is mapped from `offset` of the file that is open as `fd` and called `path`, to be executed. What is no file, or
    /// no executable, has no symbols.
    void add_mapped(std::uint64_t begin, std::uint64_t end, std::uint64_t offset, int fd, const std::string& path);
    void add_mapped(std::uint64_t begin, std::uint64_t end, std::uint64_t offset, const ByteSource& file, const std::string& path);
    /// Something else is there now, or nothing.
    void remove(std::uint64_t begin, std::uint64_t end);

    /// "read+0x10 (libc.so.6)", or "libc.so.6+0x1234" with the file's own address, for code that no symbol names; empty where there
    /// is no file.
    std::string at(std::uint64_t address) const;

    /// Changes whenever an answer may have changed.
    std::uint64_t version() const { return version_.load(std::memory_order_relaxed); }

private:
    struct Module {
        std::uint64_t end = 0;
        std::uint64_t bias = 0;
        std::string name{};
        std::shared_ptr<const trace::SymbolTable> symbols{};
    };
    void add(std::uint64_t begin, Module module);
    void remove_locked(std::uint64_t begin, std::uint64_t end);

    mutable std::mutex mutex_;  ///< of what follows
    std::map<std::uint64_t, Module> modules_;
    std::size_t symbols_ = 0;  ///< taken in so far

    std::atomic<std::uint64_t> version_{0};
};

}  // namespace husk::program
