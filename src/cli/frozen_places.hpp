#pragma once

#include "program/trace/code_names.hpp"

#include <husk/frozen_program.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace husk::cli {

/// What a frozen program has where: its areas, what is in its memory, and what the files here call places in its code.
class FrozenPlaces {
public:
    /// `frozen` must outlive this. Throws Error.
    explicit FrozenPlaces(const FrozenProgram& frozen);

    /// What is mapped, by rising address; touched is what the frozen file holds of it. The vDSO and Husk's part are among them.
    const std::vector<MappedArea>& areas() const { return areas_; }
    /// Those that are the program's own.
    std::vector<MappedArea> own_areas() const;
    /// "read+0xd (libc.so.6)"; empty if it is no code, or if there is no such file here, it is another one, or has no symbol for
    /// it.
    std::string symbol(GuestVirt at);
    /// The instructions from there on, a line each; or that there are none.
    std::string code(GuestVirt at) const;
    /// False if not all of it is in the program's own memory; what the frozen file does not hold is zero.
    bool read(GuestVirt at, std::span<std::byte> into) const;

private:
    std::string path_of(const std::string& name) const;

    const FrozenProgram& frozen_;
    GuestMemory memory_;
    std::vector<MappedArea> areas_;
    program::CodeNames names_;
};

}  // namespace husk::cli
