#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace husk::trace {

struct Symbol {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  ///< 0: up to the next
    std::string name;
};

/// Symbols by where they are.
class SymbolTable {
public:
    SymbolTable() = default;
    explicit SymbolTable(std::vector<Symbol> symbols);

    /// "main+0x12", or "main" at its first byte; empty where there is none.
    std::string at(std::uint64_t address) const;
    std::size_t size() const { return symbols_.size(); }

private:
    std::vector<Symbol> symbols_;  ///< by rising address
};

}  // namespace husk::trace
