#include "trace/symbol_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace husk::trace {

SymbolTable::SymbolTable(std::vector<Symbol> symbols) : symbols_{std::move(symbols)}
{
    // Of several at one address the one with a size is told, of those the first.
    std::ranges::stable_sort(symbols_, [](const Symbol& left, const Symbol& right) {
        return std::pair{left.address, left.size != 0} < std::pair{right.address, right.size != 0};
    });
}

std::string SymbolTable::at(std::uint64_t address) const
{
    const auto above = std::ranges::upper_bound(symbols_, address, {}, &Symbol::address);
    if (above == symbols_.begin()) return {};
    const std::uint64_t start = std::prev(above)->address;
    const bool sized = std::prev(above)->size != 0;
    const auto first = std::ranges::lower_bound(symbols_.begin(), above, start, {}, &Symbol::address);
    const auto found = std::find_if(first, above, [&](const Symbol& each) { return (each.size != 0) == sized; });
    const std::uint64_t offset = address - start;
    if (sized && offset >= found->size) return {};
    return offset == 0 ? found->name : fmt::format("{}+{:#x}", found->name, offset);
}

}  // namespace husk::trace
