#include "program/entry/pages.hpp"

#include "program/entry/function_call.hpp"
#include "x86/descriptor.hpp"
#include "x86/paging.hpp"

#include <husk/error.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace husk::program::entry {

namespace {

template <typename T>
void store(const Reservation& space, std::uint64_t at, const T& value)
{
    std::memcpy(own_bytes(space, at, sizeof value).data(), &value, sizeof value);
}

template <typename T>
T fetch(const Reservation& space, std::uint64_t at)
{
    T value{};
    std::memcpy(&value, own_bytes(space, at, sizeof value).data(), sizeof value);
    return value;
}

// Page-table entries. SDM Vol. 3A, "4-Level Paging and 5-Level Paging" (4.5). Accessed and dirty are set from the start, so that no
// processor has to write them.
constexpr std::uint64_t kPresent = 1u << 0, kWritable = 1u << 1, kUser = 1u << 2, kAccessed = 1u << 5, kDirty = 1u << 6,
                        kLarge = 1u << 7;
constexpr std::uint64_t kTable = kPresent | kWritable | kUser | kAccessed;
constexpr std::uint64_t kOwnPage = kPresent | kWritable | kAccessed | kDirty;
constexpr std::uint64_t kUserLarge = kPresent | kWritable | kUser | kAccessed | kDirty | kLarge;
constexpr std::uint64_t kEntry = sizeof(std::uint64_t);
constexpr std::uint64_t kEntries = 512;

constexpr std::uint64_t directory(std::uint64_t address)
{
    return kDirectories + address / 1_GiB * kPageSize;
}
constexpr std::uint64_t directory_entry(std::uint64_t address)
{
    return directory(address) + address / layout::kLargePage % kEntries * kEntry;
}

/// Of a page of Husk's own part.
constexpr std::uint64_t page_entry(std::uint64_t address)
{
    return kPageTable + (address - kBase) / kPageSize * kEntry;
}

void build_tables(const Reservation& space)
{
    constexpr std::uint64_t kTopEntries = (layout::kSpace + 512_GiB - 1) / 512_GiB;
    for (std::uint64_t i = 0; i < kTopEntries; ++i) store(space, kPml4 + i * kEntry, (kPdpts + i * kPageSize) | kTable);
    for (std::uint64_t gib = 0; gib < layout::kSpace / 1_GiB; ++gib)
        store(space, kPdpts + gib * kEntry, (kDirectories + gib * kPageSize) | kTable);
    store(space, directory_entry(kBase), kPageTable | kTable);
    for (std::uint64_t page = kBase; page < kDirectories; page += kPageSize) store(space, page_entry(page), page | kOwnPage);
    for (std::uint64_t page = kSystemCallStub; page < kProcessors; page += kPageSize)
        store(space, page_entry(page), page | kPresent | kUser | kAccessed);
    for (std::uint64_t page = kCallData; page < kVectorImageEnd; page += kPageSize)
        store(space, page_entry(page), std::uint64_t{0});
}

// Segment descriptors. SDM Vol. 3A, "Segment Descriptors" (3.4.5): base 0, limit 4 GiB, accessed.
constexpr std::uint64_t kCode64 = 0x00AF'9B00'0000'FFFF;
constexpr std::uint64_t kCode32 = 0x00CF'9B00'0000'FFFF;
constexpr std::uint64_t kData = 0x00CF'9300'0000'FFFF;
constexpr std::uint64_t kRing3 = std::uint64_t{3} << 45;

void build_descriptors(const Reservation& space)
{
    const auto put = [&](std::uint16_t selector, std::uint64_t descriptor) {
        store(space, kGdt + x86::Selector{selector}.offset(), descriptor);
    };
    put(kKernelCode, kCode64);
    put(kKernelData, kData);
    put(kUserCode32, kCode32 | kRing3);
    put(kUserData, kData | kRing3);
    put(kUserCode, kCode64 | kRing3);
}

/// A 64-bit interrupt gate to `handler`. SDM Vol. 3A, "64-Bit Mode IDT" (6.14.1).
std::array<std::uint64_t, 2> gate(std::uint64_t handler, std::uint64_t dpl)
{
    constexpr std::uint64_t kPresentGate = std::uint64_t{1} << 47;
    const auto type = static_cast<std::uint64_t>(x86::SystemType::InterruptGate32);
    return {(handler & 0xFFFF) | std::uint64_t{kKernelCode} << 16 | type << 40 | dpl << 45 | kPresentGate |
                (handler >> 16 & 0xFFFF) << 48,
            handler >> 32};
}

void build_stubs(const Reservation& space)
{
    constexpr std::uint64_t kIretq = 0xCF48;
    constexpr unsigned kBreakpoint = 3, kOverflow = 4;
    for (unsigned vector = 0; vector < kVectors; ++vector) {
        // Little-endian bytes: [6A 00: PUSH 0], E6 port: OUT port, AL, 48 CF: IRETQ.
        const std::uint64_t out = 0xE6u | std::uint64_t{kExceptionPorts + vector} << 8 | kIretq << 16;
        const std::uint64_t code = pushes_error_code(vector) ? out : out << 16 | 0x006A;
        store(space, exception_stub(vector), code);
        const bool program_may_raise = vector == kBreakpoint || vector == kOverflow;  // INT3, INTO
        store(space, kIdt + vector * sizeof(gate({}, {})), gate(exception_stub(vector), program_may_raise ? 3 : 0));
    }
    constexpr std::uint64_t kSysretq = 0x07'0F48;
    constexpr std::uint16_t kSyscall = 0x050F;
    store(space, kSystemCallStub, 0xE6u | std::uint64_t{kSystemCallPort} << 8 | kSysretq << 16);
    store(space, kTrialCall, kSyscall);
}

x86::Segment segment(std::uint16_t selector, bool code)
{
    const auto type = static_cast<std::uint8_t>(x86::kAccessed | x86::kWritable | (code ? x86::kCode : 0));
    x86::Segment flat = x86::flat_segment({selector}, type);
    flat.dpl = static_cast<std::uint8_t>(x86::Selector{selector}.rpl());
    flat.long_code = code;
    flat.big = !code;
    return flat;
}

// The task-state segment. SDM Vol. 3A, "64-Bit Task State Segment" (7.7): RSP0 at 4, the I/O map's offset at 102, then the map,
// of which a clear bit lets a port through; it ends with a byte of ones.
constexpr std::uint64_t kRsp0 = 4, kIoMapBase = 102, kTssSize = 104;
constexpr std::uint64_t kIoMapBytes = 4;  // ports 0 to 31
constexpr std::uint32_t kTssLimit = kTssSize + kIoMapBytes;
static_assert(kSystemCallPort < kIoMapBytes * 8 && kOwnCallPort < kIoMapBytes * 8 && kExceptionPorts >= kIoMapBytes * 8);

}  // namespace

void build(const Reservation& space)
{
    const int error =
        space.map(own_offset(space, kBase), kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (error != 0) throw Error{"mmap", error};
    // What is written now, in one go: a page fault costs more than the page. Then what the first processor writes soon; what lies
    // between is the stubs' of processors that most programs never have.
    (void)space.advise(own_offset(space, kBase), kSystemCallStub + kPageSize - kBase, kPopulateWrite);
    (void)space.advise(own_offset(space, kProcessors), kPageSize, kPopulateWrite);
    build_tables(space);
    build_descriptors(space);
    build_stubs(space);
}

void open(const Reservation& space, std::uint64_t begin, std::uint64_t end)
{
    for (std::uint64_t at = begin; at < end; at += layout::kLargePage) store(space, directory_entry(at), at | kUserLarge);
}

bool is_open(const Reservation& space, std::uint64_t address)
{
    return (fetch<std::uint64_t>(space, directory_entry(address)) & kPresent) != 0;
}

void open_call_data(const Reservation& space, bool in_ring3)
{
    for (std::uint64_t page = kCallData; page < kCallDataEnd; page += kPageSize)
        store(space, page_entry(page), page | kOwnPage | (in_ring3 ? kUser : 0));
}

void write_call_stub(const Reservation& space, unsigned processor, std::span<const std::uint8_t> code)
{
    std::memcpy(own_bytes(space, call_stub(processor), code.size()).data(), code.data(), code.size());
}

void write_function_stubs(const Reservation& space, std::span<const std::byte> vectors, bool xsave, bool in_ring3)
{
    if (vectors.size() > kVectorImageEnd - kVectorImage)
        throw std::invalid_argument{"too many vector registers for a function call"};
    std::ranges::copy(with_real_arguments(vectors), own_bytes(space, kVectorImage, vectors.size()).begin());
    for (std::uint64_t page = kFunctionStubs; page < kVectorImageEnd; page += kPageSize)
        store(space, page_entry(page), page | kPresent | kUser | kAccessed);
    const auto put = [&](std::uint64_t at, std::span<const std::uint8_t> code) {
        std::ranges::copy(std::as_bytes(code), own_bytes(space, at, code.size()).begin());
    };
    put(kFunctionEntry, function_entry(xsave));
    put(kFunctionReturn, function_return(in_ring3));
}

void build_processor(const Reservation& space, unsigned processor)
{
    const std::uint64_t page = processor_page(processor);
    store(space, page + kRsp0, stack_top(processor));
    store(space, page + kIoMapBase, static_cast<std::uint16_t>(kTssSize));
    std::array<std::uint8_t, kIoMapBytes + 1> map{};
    map.fill(0xFF);
    for (const auto port : {kSystemCallPort, kOwnCallPort}) map[port / 8] &= static_cast<std::uint8_t>(~(1u << port % 8));
    store(space, page + kTssSize, map);
}

x86::SystemRegisters system_registers(unsigned processor, bool xsave, bool fsgsbase)
{
    using x86::Cr0, x86::Cr4, x86::Efer;
    x86::SystemRegisters system;
    system.cs = segment(kUserCode, true);
    system.ss = segment(kUserData, false);
    system.ds = system.es = system.fs = system.gs = x86::Segment{.unusable = true};
    system.tr = {.base = processor_page(processor),
                 .limit = kTssLimit,
                 .selector = kTss,
                 .type = static_cast<std::uint8_t>(x86::SystemType::Tss32Busy),
                 .present = true};
    system.ldt = x86::Segment{.unusable = true};
    system.gdt = {.base = kGdt, .limit = kPageSize - 1};
    system.idt = {.base = kIdt, .limit = kVectors * sizeof(gate({}, {})) - 1};
    system.cr0 = Cr0::PE | Cr0::MP | Flags<Cr0>{Cr0::ET} | Cr0::NE | Cr0::WP | Cr0::AM | Cr0::PG;
    system.cr3 = kPml4;
    system.cr4 = Cr4::PAE | Cr4::OSFXSR | Flags<Cr4>{Cr4::OSXMMEXCPT};
    if (xsave) system.cr4 = system.cr4 | Cr4::OSXSAVE;
    if (fsgsbase) system.cr4 = system.cr4 | Cr4::FSGSBASE;
    system.efer = Efer::SCE | Efer::LME | Flags<Efer>{Efer::LMA} | Efer::NXE;
    return system;
}

std::uint64_t star()
{
    // SYSCALL takes CS from bits 47:32 and SS 8 above; SYSRETQ takes CS 16 and SS 8 above bits 63:48.
    return std::uint64_t{kUserCode32} << 48 | std::uint64_t{kKernelCode} << 32;
}

std::uint64_t lstar()
{
    return kSystemCallStub;
}

std::uint64_t fmask()
{
    using x86::Rflags;
    return (Rflags::TF | Rflags::IF | Flags<Rflags>{Rflags::DF} | Rflags::NT | Rflags::AC).word();
}

Frame read_frame(const Reservation& space, unsigned processor)
{
    return fetch<Frame>(space, frame_at(processor));
}

std::uint64_t read_error_code(const Reservation& space, unsigned processor)
{
    return fetch<std::uint64_t>(space, frame_at(processor) - sizeof(std::uint64_t));
}

void write_frame(const Reservation& space, unsigned processor, const Frame& frame)
{
    store(space, frame_at(processor), frame);
}

}  // namespace husk::program::entry
