// The input is a frozen file, of an image or a program, plain or compressed. Its checksum is made right, so that what is behind it
// is met. Whatever it is, it is refused by name, or thawed: on a processor that runs nothing, with what a program of nobody's
// grants may have.
//
//     'R', file               as it is, but for the file's size and the checksum
//     'P', metadata, 0, bytes  a file with that metadata, and the bytes as its memory, filled up with zeroes
//     'C', metadata, 0, bytes  a compressed one, with the bytes as packed memory
#include "frozen/file.hpp"
#include "fuzz/check.hpp"
#include "fuzz/surroundings.hpp"
#include "machine/processor_state.hpp"
#include "memory/written_pages.hpp"
#include "program/frozen/check_state.hpp"
#include "program/frozen/descriptors.hpp"
#include "program/frozen/fields.hpp"
#include "program/frozen/restore_process.hpp"
#include "support/stub_vcpu.hpp"

#include <husk/error.hpp>

#include <sys/mman.h>

#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace husk::fuzz {
namespace {

constexpr std::uint64_t kMostMemory = 1ULL << 20;  // of the input's file; more is only declared

/// The sum of the sizes that the metadata has, as far as it can be read.
std::uint64_t memory_size(const std::string& metadata)
{
    std::uint64_t sum = 0;
    const auto json = frozen::parse_metadata(metadata);
    const auto regions = json ? json->root().find("memory") : std::nullopt;
    if (!regions || !regions->is_array()) return 0;
    for (auto region = regions->first(); region; region = region->next())
        if (const auto size = region->find("size"); size && size->is_string())
            sum += std::strtoull(std::string{size->text()}.c_str(), nullptr, 16);
    return sum;
}

std::string built(std::string_view input, bool compressed)
{
    const std::size_t end = std::min(input.find('\0'), input.size());
    const std::string metadata{input.substr(0, end)};
    const std::string_view memory = input.substr(std::min(end + 1, input.size()));
    const std::uint64_t size = memory_size(metadata);
    const frozen::Header header = compressed ? frozen::lay_out_compressed(metadata, size, memory.size())
                                             : frozen::lay_out(metadata, std::min(size, kMostMemory));
    const auto head = frozen::encode(header);
    std::string file(header.file_size, '\0');
    std::memcpy(file.data(), head.data(), head.size());
    metadata.copy(&file[header.metadata_offset], metadata.size());
    memory.copy(&file[header.memory_offset], file.size() - header.memory_offset);
    return file;
}

std::string repaired(std::string file)
{
    const auto header =
        frozen::decode(std::as_bytes(std::span{file}).first(std::min(file.size(), frozen::kHeaderSize)), file.size());
    if (!header) return file;
    const auto right =
        frozen::with_checksum(*header, std::string_view{file}.substr(header->metadata_offset, header->metadata_size));
    const auto head = frozen::encode(right);
    std::memcpy(file.data(), head.data(), head.size());
    return file;
}

void thaw_image(const std::string& path)
{
    auto opened = frozen::open<MachineState>(path, FrozenKind::Image);
    if (!opened) return require(!describe(opened.error()).empty(), "an error says what it is");
    const x86::NeededFeatures needed{opened->description.info.cpu_features};
    require(needed.none() || !needed.missing_from({}).empty(), "what is needed and not there is named");
    test::StubVcpu vcpu;
    machine::set_state(vcpu, opened->description.state);
    (void)opened->memory->sealed_copy();
    GuestMemory memory{opened->memory};
    const auto first = memory.load<std::uint64_t>(memory.regions().front().spec.base);
    require(first.has_value(), "a region's first bytes are there");
    memory.reset();
}

Surroundings& surroundings()
{
    static Surroundings those;
    static const auto kept = written_pages({});  // the descriptor that this thread keeps for it
    return those;
}

void thaw_program(const std::string& path)
{
    using namespace program;
    auto opened = frozen::open<ProgramState>(path, FrozenKind::Program);
    if (!opened) return require(!describe(opened.error()).empty(), "an error says what it is");
    auto& [info, regions, state] = opened->description;
    if (!check_state(state, regions)) return;
    const FrozenContent content{std::move(info), std::move(state), std::move(opened->memory)};
    content.memory->keep_descriptor_above(kLine);
    ProgramConfig config;
    config.grants.push_back({surroundings().inside(), true, "/work"});
    Process process{config, 1ULL << 30, kLine};
    restore_space(process, content, content.memory->descriptor());
    test::StubVcpu vcpu;
    Thread thread{process, ProcessorSeat{.vcpu = &vcpu}};
    restore_descriptors(thread, content.state.descriptors);
}

/// To unpack zeroes takes time, and shows nothing.
bool takes_long(const std::string& file)
{
    constexpr std::uint64_t kMost = 64ULL << 20;
    const auto header =
        frozen::decode(std::as_bytes(std::span{file}).first(std::min(file.size(), frozen::kHeaderSize)), file.size());
    return header && header->compressed && header->memory_size > kMost;
}

void thaw(const std::string& file)
{
    if (takes_long(file)) return;
    const UniqueFd fd{::memfd_create("file", MFD_CLOEXEC)};
    require(::write(fd.get(), file.data(), file.size()) == static_cast<ssize_t>(file.size()), "there is room for the file");
    const std::string path = "/proc/self/fd/" + std::to_string(fd.get());
    for (const auto& way : {thaw_image, thaw_program}) try {
            way(path);
        } catch (const Error&) {  // of the host's, or of a processor that has not all that is wanted
        }
}

}  // namespace
}  // namespace husk::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace husk::fuzz;
    if (size == 0) return 0;
    std::string input(size - 1, '\0');
    std::memcpy(input.data(), data + 1, input.size());
    const std::string file = *data == 'P' || *data == 'C' ? built(input, *data == 'C') : repaired(std::move(input));
    surroundings().begin();
    thaw(file);
    surroundings().end();
    return 0;
}
