#include "program/faults.hpp"

#include "engine/accesses.hpp"
#include "program/process/process.hpp"
#include "program/process/signals.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <span>

namespace husk::program {

namespace {

// Exceptions by vector. SDM Vol. 3A, "Exception and Interrupt Vectors" (6.3.1).
constexpr int kDivide = 0, kDebug = 1, kBreakpoint = 3, kInvalidOpcode = 6, kSegmentNotPresent = 11, kStack = 12, kPageFault = 14,
              kFloatingPoint = 16, kAlignment = 17, kVector = 19;
/// #PF's error code. SDM Vol. 3A, "Interrupt 14—Page-Fault Exception (#PF)".
constexpr std::uint64_t kWasPresent = 1u << 0, kWasWrite = 1u << 1, kFromUser = 1u << 2, kWasFetch = 1u << 4;

/// si_code of floating-point exceptions, by the bit that both MXCSR and the x87 status word have for each (0 to 5).
int float_code(std::uint64_t raised)
{
    constexpr std::array kCodes{FPE_FLTINV, FPE_FLTINV, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES};
    for (std::size_t bit = 0; bit < kCodes.size(); ++bit)
        if ((raised >> bit & 1u) != 0) return kCodes[bit];
    return 0;
}

/// Which exceptions are raised and not masked, of x87 or of SSE; from the places that XSAVE stores the control words to. SDM Vol.
/// 1, "XSAVE Area" (13.4.1).
std::uint64_t unmasked_exceptions(Thread& thread, bool sse)
{
    constexpr std::uint64_t kExceptions = 0x3F;
    constexpr unsigned kMxcsrMasks = 7;
    const auto state = thread.vcpu().vector_state();
    const auto word = [&](std::size_t at) {
        return std::to_integer<std::uint64_t>(state[at]) | std::to_integer<std::uint64_t>(state[at + 1]) << 8;
    };
    constexpr std::size_t kControlWord = 0, kStatusWord = 2, kMxcsr = 24;
    if (sse) return word(kMxcsr) & ~(word(kMxcsr) >> kMxcsrMasks) & kExceptions;
    return word(kStatusWord) & ~word(kControlWord) & kExceptions;
}

void page_fault(Thread& thread, const entry::events::Exception& exception)
{
    Process& process = thread.process;
    const auto area = process.space.at({exception.address});
    const bool write = (exception.error_code & kWasWrite) != 0;
    const bool vdso = exception.address >= layout::kVdso;
    const int needed = write ? PROT_WRITE : PROT_READ | PROT_EXEC;
    const bool allowed = vdso ? !write : area && (area->protection & needed) != 0;
    const bool new_to_it = (exception.error_code & kWasPresent) == 0;
    if (allowed && new_to_it && process.windows->open(exception.address)) return;
    raise_fault(thread, SIGSEGV, area ? SEGV_ACCERR : SEGV_MAPERR, exception.address, kPageFault, exception.error_code);
}

}  // namespace

void handle_exception(Thread& thread, const entry::events::Exception& exception)
{
    const int vector = exception.vector;
    const std::uint64_t rip = thread.user.rip;
    const auto raise = [&](int signal, int code, std::uint64_t address) {
        raise_fault(thread, signal, code, address, vector, exception.error_code);
    };
    switch (vector) {
        case kDivide: return raise(SIGFPE, FPE_INTDIV, rip);
        case kDebug: return raise(SIGTRAP, TRAP_TRACE, rip);
        case kBreakpoint: return raise(SIGTRAP, SI_KERNEL, 0);
        case kInvalidOpcode: return raise(SIGILL, ILL_ILLOPN, rip);
        case kSegmentNotPresent:
        case kStack: return raise(SIGBUS, SI_KERNEL, 0);
        case kPageFault: return page_fault(thread, exception);
        case kFloatingPoint: return raise(SIGFPE, float_code(unmasked_exceptions(thread, false)), rip);
        case kAlignment: return raise(SIGBUS, BUS_ADRALN, 0);
        case kVector: return raise(SIGFPE, float_code(unmasked_exceptions(thread, true)), rip);
        default: return raise(SIGSEGV, SI_KERNEL, 0);
    }
}

namespace {

/// The first byte of an access that the space does not allow, or that the host has nothing for.
struct Culprit {
    std::uint64_t address = 0;
    bool mapped = false;     ///< there is something, though not for this access
    bool permitted = false;  ///< the space would allow it: what is behind it is gone
    std::uint64_t how = 0;   ///< as the error code has it: kWasWrite, kWasFetch; neither if it read, or that is not known
};

std::optional<Culprit> blame(const Space& space, const engine::MemoryAccess& access)
{
    const int needed = access.write ? PROT_WRITE : PROT_READ | PROT_EXEC | PROT_WRITE;
    const std::uint64_t last = access.at + access.size - 1;
    for (std::uint64_t at = access.at;; at = (at / kPageSize + 1) * kPageSize) {
        const auto area = space.at({at});
        const std::uint64_t how = access.write ? kWasWrite : 0;
        if (!area) return Culprit{at, false, false, how};
        if ((area->protection & needed) == 0) return Culprit{at, true, false, how};
        if (at / kPageSize == last / kPageSize || at > last) return std::nullopt;
    }
}

/// Which access of the instruction at hand it was: one that the space forbids, or else the first that reaches a file's end.
std::optional<Culprit> find_culprit(Thread& thread)
{
    const Space& space = thread.process.space;
    const UserMemory& memory = thread.process.memory;
    const x86::Registers& user = thread.user;
    if (auto fetch = blame(space, {user.rip, 1, false})) {
        fetch->how = kWasFetch;
        return fetch;
    }

    constexpr std::size_t kLongest = 15;
    std::array<std::byte, kLongest> code{};
    const std::uint64_t to_page_end = kPageSize - user.rip % kPageSize;
    std::size_t size = std::min<std::uint64_t>(kLongest, to_page_end);
    if (!memory.read({user.rip}, std::span{code}.first(size))) return Culprit{user.rip, true, true, kWasFetch};
    if (size < kLongest && memory.read({user.rip + size}, std::span{code}.subspan(size))) size = kLongest;
    const auto accesses = engine::accesses_of(std::span{code}.first(size), user, thread.vcpu().fs_base(), thread.vcpu().gs_base());
    for (const engine::MemoryAccess& access : accesses)
        if (const auto culprit = blame(space, access)) return culprit;
    for (const engine::MemoryAccess& access : accesses) {
        std::byte probe{};
        const std::uint64_t last = access.at + access.size - 1;
        for (const std::uint64_t at : {access.at, last})
            if (!memory.read({at}, std::span{&probe, 1})) return Culprit{at, true, true, access.write ? kWasWrite : 0};
    }
    return std::nullopt;
}

}  // namespace

void handle_no_memory(Thread& thread, const entry::events::NoMemory& event)
{
    // Another thread may have mapped it since: the access is tried once more, and only then is it the program's fault.
    if (thread.retried_at != thread.user.rip) {
        thread.retried_at = thread.user.rip;
        return;
    }
    thread.retried_at = 0;
    auto culprit = find_culprit(thread);
    if (!culprit && event.address) {
        culprit = blame(thread.process.space, {*event.address, 1, true});
        if (culprit) culprit->how = 0;
    }
    if (!culprit) culprit = Culprit{event.address.value_or(0), event.address.has_value(), event.address.has_value()};
    const std::uint64_t error = kFromUser | culprit->how;
    if (culprit->permitted) return raise_fault(thread, SIGBUS, BUS_ADRERR, culprit->address, kPageFault, error);
    raise_fault(thread, SIGSEGV, culprit->mapped ? SEGV_ACCERR : SEGV_MAPERR, culprit->address, kPageFault, error);
}

}  // namespace husk::program
