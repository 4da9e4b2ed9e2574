#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "program/abi/argument.hpp"
#include "program/trace/reader.hpp"

/// Structures in guest memory, as strace writes them. Each is copied once; what a pointer in it points to is looked at only as far
/// as the limits go. All give nothing if the memory cannot be read.
namespace husk::program {

inline constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

/// A structure, or an array of them.
struct Target {
    Shape shape = Shape::None;
    std::uint64_t at = 0;
    /// Of an array or a buffer: how many elements or bytes there are said to be.
    std::uint64_t length = 0;
    /// Bytes that the call moved, which is as much as buffers that it filled have to show.
    std::uint64_t moved = kAll;
};

using Text = std::optional<std::string>;

/// None also for shapes that are not looked into.
Text format_structure(const Look& look, const Target& target);

Text format_plain(const Look& look, const Target& target);
Text format_of_files(const Look& look, const Target& target);
Text format_of_waits(const Look& look, const Target& target);
Text format_of_time(const Look& look, const Target& target);
Text format_of_signals(const Look& look, const Target& target);
Text format_of_processes(const Look& look, const Target& target);
Text format_of_network(const Look& look, const Target& target);

/// What clone3 wrote through a pointer in its arguments: " => {parent_tid=[14236]}".
std::string format_child(const Look& look, const Target& target);

/// "[{iov_base=\"abc\", iov_len=3}]".
Text format_vectors(const Look& look, const Target& target);

}  // namespace husk::program
