#pragma once

#include "base/unique_fd.hpp"

#include <husk/program.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <thread>

namespace husk::program {

/// Hands what is written to a pipe to a function, on a thread of its own.
class OutputReader {
public:
    using Sink = std::function<void(std::span<const std::byte>)>;
    /// Throws Error.
    explicit OutputReader(Sink sink);
    ~OutputReader();
    OutputReader(const OutputReader&) = delete;
    OutputReader& operator=(const OutputReader&) = delete;

    /// For the program.
    int writing_end() const { return write_.get(); }
    /// The program has a copy of it.
    void close_writing_end() { write_ = UniqueFd{}; }
    /// Until all copies of the writing end are closed, and all of it has been handed over.
    void finish();

private:
    UniqueFd read_, write_;
    std::thread thread_;
};

/// Those of a program: for its descriptors 1 and 2, where the configuration wants to be given what is written.
class OutputReaders {
public:
    /// Makes the writing ends what the program's descriptors are copies of. Throws Error.
    void read_for(ProgramConfig& config);
    /// The program has its copies.
    void close_writing_ends();
    void finish();

private:
    std::optional<OutputReader> output_, error_output_;
};

}  // namespace husk::program
