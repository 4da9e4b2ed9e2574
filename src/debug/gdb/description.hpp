#pragma once

#include <husk/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which registers the debugger sees, and where they are in a machine's state: "Debugging with GDB", appendix G, "Target
/// Descriptions", "i386 Features" (G.5.5).
namespace husk::debug::gdb {

/// What the debugger takes the processor for.
enum class Architecture : std::uint8_t {
    I8086,  ///< 16-bit code: i386's registers
    I386,
    X86_64,
};

/// That of the code which the processor is at.
Architecture architecture_of(const x86::SystemRegisters& system);

struct DescribedRegister {
    std::string name;
    std::size_t size = 0;  ///< bytes
    std::string type;      ///< as the description has it: "int64", "data_ptr" …
    std::function<void(const MachineState&, std::span<std::byte> value)> read;
    std::function<void(MachineState&, std::span<const std::byte> value)> write;
};

/// Registers that belong together, and the types that only they have.
struct Feature {
    std::string name;   ///< "org.gnu.gdb.i386.core"
    std::string types;  ///< XML
    std::vector<DescribedRegister> registers;
};

/// All registers, in the order of their numbers.
class Description {
public:
    /// Without AVX's registers if `vector_size` (MachineState::vectors) has no room for them. `linux`: for programs.
    Description(Architecture architecture, std::size_t vector_size, bool linux_program = false);

    Description(const Description&) = delete;
    Description& operator=(const Description&) = delete;

    Architecture architecture() const { return architecture_; }
    /// target.xml
    std::string xml() const;

    std::size_t count() const { return registers_.size(); }
    /// One register's bytes; all of them one behind another.
    std::string read(const MachineState& state, std::size_t number) const;
    std::string read_all(const MachineState& state) const;
    /// False, and nothing is changed, if those are not as many bytes as that takes.
    [[nodiscard]] bool write(MachineState& state, std::size_t number, std::string_view bytes) const;
    [[nodiscard]] bool write_all(MachineState& state, std::string_view bytes) const;

private:
    Architecture architecture_;
    bool linux_program_;
    std::vector<Feature> features_;
    std::vector<const DescribedRegister*> registers_;
    std::size_t size_ = 0;  ///< of all of them
};

/// The features, each with its registers as `architecture` has them: features.cpp, vector_features.cpp.
Feature core_feature(Architecture architecture);
Feature sse_feature(Architecture architecture);
Feature avx_feature(Architecture architecture);
Feature segments_feature();
Feature control_feature();
Feature linux_feature(Architecture architecture);

/// x87's, which belong to the core.
std::vector<DescribedRegister> x87_registers();

/// XSAVE leaves out what is as at reset; here that is filled in, so that each register can be read, and written by itself.
void fill_initial_vectors(MachineState& state);

/// A little-endian number of as many bytes as `value` has.
void put_number(std::span<std::byte> value, std::uint64_t number);
std::uint64_t get_number(std::span<const std::byte> value);

}  // namespace husk::debug::gdb
