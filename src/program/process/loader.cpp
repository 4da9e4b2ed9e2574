#include "program/process/loader.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <elf.h>
#include <algorithm>
#include <array>
#include <cerrno>

namespace husk::program {

namespace {

constexpr std::uint64_t down(std::uint64_t value)
{
    return value / kPageSize * kPageSize;
}

constexpr std::uint64_t up(std::uint64_t value)
{
    return down(value + kPageSize - 1);
}

int protection_of(const Segment& segment)
{
    return (segment.read ? PROT_READ : 0) | (segment.write ? PROT_WRITE : 0) | (segment.execute ? PROT_EXEC : 0);
}

tl::unexpected<LoadError> failure(const OpenExecutable& image, Result error, std::string_view what)
{
    return tl::unexpected{LoadError{static_cast<int>(-error), fmt::format("{}: {}", image.path, what)}};
}

/// How far an image is moved: nowhere, to the place for position-independent programs, or to where mmap finds room.
tl::expected<std::uint64_t, LoadError> choose_bias(Space& space, const OpenExecutable& image, std::optional<std::uint64_t> wish)
{
    const Executable& executable = image.executable;
    if (!executable.movable) {
        if (executable.begin < layout::kUserBegin || executable.end > space.extent().user_end())
            return failure(image, -ENOMEM, "it wants an address that Husk does not have for it");
        return 0;
    }
    // All of it is reserved at once, so that its segments come to lie as they want to each other.
    const std::uint64_t alignment = std::max(executable.alignment, kPageSize);
    const std::uint64_t size = up(executable.end) - executable.begin;
    const Result room = space.map({.at = {wish.value_or(0)},
                                   .size = size + (alignment > kPageSize ? alignment : 0),
                                   .protection = PROT_NONE,
                                   .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                   .name = {}});
    if (failed(room)) return failure(image, room, "there is no room for it");
    const auto got = static_cast<std::uint64_t>(room);
    const std::uint64_t place = (got + alignment - 1) / alignment * alignment;
    (void)space.unmap({got}, size + (alignment > kPageSize ? alignment : 0));
    return place - executable.begin;
}

/// Behind the file's last byte its last page must read as zero, to the page's end: an interpreter takes its first memory there.
Result clear_tail(Space& space, const Segment& segment, std::uint64_t file_end)
{
    const std::uint64_t tail = up(file_end) - file_end;
    if (tail == 0 || !segment.write) return 0;
    constexpr std::array<std::byte, kPageSize> kZeroes{};
    return space.memory().write({file_end}, std::span{kZeroes}.first(tail)) ? 0 : -EFAULT;
}

Result map_segment(Space& space, const OpenExecutable& image, const Segment& segment, std::uint64_t bias)
{
    const std::uint64_t begin = down(segment.address) + bias;
    const std::uint64_t file_end = segment.address + bias + segment.file_size;
    const std::uint64_t end = segment.address + bias + segment.size;
    const int protection = protection_of(segment);
    if (segment.file_size != 0) {
        const Result mapped = space.map({.at = {begin},
                                         .size = file_end - begin,
                                         .protection = protection,
                                         .flags = MAP_PRIVATE | MAP_FIXED,
                                         .fd = image.file.descriptor(),
                                         .file_offset = down(segment.file_offset),
                                         .name = image.path});
        if (failed(mapped)) return mapped;
    }
    if (end <= file_end && segment.file_size != 0) return 0;
    const std::uint64_t zeroes = segment.file_size != 0 ? up(file_end) : begin;
    if (up(end) > zeroes) {
        const Result mapped = space.map({.at = {zeroes},
                                         .size = up(end) - zeroes,
                                         .protection = protection,
                                         .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                                         .name = {}});
        if (failed(mapped)) return mapped;
    }
    return segment.file_size != 0 ? clear_tail(space, segment, file_end) : 0;
}

/// All segments of an image. Its bias.
tl::expected<std::uint64_t, LoadError> map_image(Space& space, const OpenExecutable& image, std::optional<std::uint64_t> wish)
{
    auto bias = choose_bias(space, image, wish);
    if (!bias) return bias;
    for (const Segment& segment : image.executable.segments)
        if (const Result done = map_segment(space, image, segment, *bias); failed(done))
            return failure(image, done, fmt::format("segment {} cannot be mapped", segment.number));
    return bias;
}

}  // namespace

tl::expected<Loaded, LoadError> load(Space& space, const Start& start, InitialStack what)
{
    const OpenExecutable& program = start.program;
    const auto bias = map_image(space, program, space.extent().position_independent());
    if (!bias) return tl::unexpected{bias.error()};
    space.start_break(up(program.executable.end + *bias));

    Loaded loaded{.entry = program.executable.entry + *bias, .stack_pointer = 0, .bias = *bias, .stack = {}};
    if (start.interpreter) {
        const auto moved = map_image(space, *start.interpreter, std::nullopt);
        if (!moved) return tl::unexpected{moved.error()};
        loaded.interpreter_bias = *moved;
        loaded.entry = start.interpreter->executable.entry + *moved;
    }
    const Executable& executable = program.executable;
    const std::uint64_t headers = executable.program_headers == 0 ? 0 : executable.program_headers + *bias;
    what.auxiliary.insert(what.auxiliary.end(), {{AT_PHDR, headers},
                                                 {AT_PHENT, executable.program_header_size},
                                                 {AT_PHNUM, executable.program_header_count},
                                                 {AT_BASE, loaded.interpreter_bias},
                                                 {AT_ENTRY, executable.entry + *bias}});
    const std::uint64_t stack_top = space.extent().stack_top();
    const Result stack = space.map({.at = {stack_top - kStackSize},
                                    .size = kStackSize,
                                    .protection = PROT_READ | PROT_WRITE | (executable.executable_stack ? PROT_EXEC : 0),
                                    .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_FIXED,
                                    .name = "[stack]"});
    if (failed(stack)) return failure(program, stack, "there is no room for its stack");
    loaded.stack = build_stack(what, stack_top);
    loaded.stack_pointer = loaded.stack.pointer;
    if (loaded.stack.bytes.size() > kStackSize / 4) return failure(program, -E2BIG, "its arguments and environment are too long");
    if (!space.memory().write({loaded.stack_pointer}, loaded.stack.bytes))
        return failure(program, -EFAULT, "its stack cannot be written");
    return loaded;
}

}  // namespace husk::program
