#pragma once

#include "program/image/symbols.hpp"
#include "program/space/layout.hpp"

#include <husk/address.hpp>
#include <husk/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace husk::program {

/// The functions of a frozen program, by name: of its memory image the last region, which no thaw maps. A word with the address,
/// then the name with its NUL, for each, by rising name.
class Functions {
public:
    /// Where that region says it is: where no program has memory.
    static constexpr GuestVirt kPlace{layout::kVdso};

    /// As they are written, their addresses raised by `bias`.
    static std::string pack(std::span<const NamedFunction> functions, std::uint64_t bias);

    /// `size` bytes of the image's last region; none if 0.
    Functions(std::shared_ptr<const MemoryImage> image, std::uint64_t size) : image_{std::move(image)}, size_{size} {}

    /// Reads them when it is first called. Thread-safe. Throws Error if the file cannot be read.
    std::optional<GuestVirt> find(std::string_view name) const;

    /// All of it, as pack() made it.
    const std::string& text() const;

private:
    void read() const;

    std::shared_ptr<const MemoryImage> image_;
    std::uint64_t size_;
    mutable std::once_flag once_;
    mutable std::string bytes_;
    mutable std::vector<std::pair<std::string_view, std::uint64_t>> by_name_;
};

}  // namespace husk::program
