#include "debug/gdb/description.hpp"

#include "x86/vector_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace husk::debug::gdb {

namespace {

std::string_view name_of(Architecture architecture)
{
    switch (architecture) {
        case Architecture::I8086: return "i8086";
        case Architecture::I386: return "i386";
        case Architecture::X86_64: return "i386:x86-64";
    }
    return "";
}

std::span<std::byte> bytes_of(std::string& text)
{
    return std::as_writable_bytes(std::span{text});
}

}  // namespace

Architecture architecture_of(const x86::SystemRegisters& system)
{
    switch (x86::bits_of_code(system)) {
        case 16: return Architecture::I8086;
        case 32: return Architecture::I386;
        default: return Architecture::X86_64;
    }
}

Description::Description(Architecture architecture, std::size_t vector_size, bool linux_program)
    : architecture_{architecture}, linux_program_{linux_program}
{
    constexpr std::size_t kWithAvx = x86::VectorState::kLegacySize + 256;
    features_.push_back(core_feature(architecture));
    features_.push_back(sse_feature(architecture));
    if (vector_size >= kWithAvx) features_.push_back(avx_feature(architecture));
    if (linux_program) features_.push_back(linux_feature(architecture));
    if (architecture == Architecture::X86_64) features_.push_back(segments_feature());
    if (!linux_program) features_.push_back(control_feature());
    for (const Feature& feature : features_)
        for (const DescribedRegister& each : feature.registers) {
            registers_.push_back(&each);
            size_ += each.size;
        }
}

std::string Description::xml() const
{
    std::string text =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
        "<architecture>" +
        std::string{name_of(architecture_)} + "</architecture>\n";
    if (linux_program_) text += "<osabi>GNU/Linux</osabi>\n";
    for (const Feature& feature : features_) {
        text += fmt::format("<feature name=\"{}\">\n{}", feature.name, feature.types);
        for (const DescribedRegister& each : feature.registers)
            text += fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\"/>\n", each.name, each.size * 8, each.type);
        text += "</feature>\n";
    }
    return text + "</target>\n";
}

std::string Description::read(const MachineState& state, std::size_t number) const
{
    if (number >= registers_.size()) return {};
    std::string value(registers_[number]->size, '\0');
    registers_[number]->read(state, bytes_of(value));
    return value;
}

std::string Description::read_all(const MachineState& state) const
{
    std::string all;
    all.reserve(size_);
    for (std::size_t number = 0; number < registers_.size(); ++number) all += read(state, number);
    return all;
}

bool Description::write(MachineState& state, std::size_t number, std::string_view bytes) const
{
    if (number >= registers_.size() || bytes.size() != registers_[number]->size) return false;
    registers_[number]->write(state, std::as_bytes(std::span{bytes}));
    return true;
}

bool Description::write_all(MachineState& state, std::string_view bytes) const
{
    if (bytes.size() != size_) return false;
    for (const DescribedRegister* each : registers_) {
        each->write(state, std::as_bytes(std::span{bytes.substr(0, each->size)}));
        bytes.remove_prefix(each->size);
    }
    return true;
}

void put_number(std::span<std::byte> value, std::uint64_t number)
{
    std::ranges::fill(value, std::byte{});
    std::memcpy(value.data(), &number, std::min(value.size(), sizeof number));
}

std::uint64_t get_number(std::span<const std::byte> value)
{
    std::uint64_t number = 0;
    std::memcpy(&number, value.data(), std::min(value.size(), sizeof number));
    return number;
}

}  // namespace husk::debug::gdb
