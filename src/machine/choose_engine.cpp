#include "machine/choose_engine.hpp"

#include "engine/kvm/abilities.hpp"
#include "engine/kvm/debug.hpp"
#include "engine/kvm/vm.hpp"
#if HUSK_SOFT_ENGINE
#include "engine/soft/vm.hpp"
#endif

#include <husk/error.hpp>

#include <fmt/format.h>

#include <cerrno>

namespace husk::machine {

namespace {

using Needed = x86::NeededFeatures;

std::unique_ptr<engine::Vm> make_kvm(const StepSink& on_step)
{
    return on_step ? kvm::make_told_vm(on_step) : kvm::make_vm();
}

std::vector<std::string> missing_on(const engine::Vm& vm, const Needed* needed)
{
    // Whoever needs nothing does not pay for the question.
    return needed == nullptr || needed->none() ? std::vector<std::string>{} : needed->missing_from(vm.cpu_features());
}

Chosen checked(Chosen chosen, const Needed* needed)
{
    if (const auto missing = missing_on(*chosen.vm, needed); !missing.empty()) throw lacking(chosen.engine, missing);
    return chosen;
}

Chosen kvm_engine(x86::Mode mode, const StepSink& on_step)
{
    if (auto why = kvm_lacks(mode); !why.empty())
        throw Error{"KVM", ENOTSUP,
                    why + (has_soft_engine() ? "; use --engine soft or auto" : "; a husk with the software engine can")};
    return {Engine::Kvm, {}, make_kvm(on_step)};
}

/// By the mode alone.
Chosen best_engine(x86::Mode mode, const StepSink& on_step)
{
    if (!has_soft_engine()) return kvm_engine(mode, on_step);
    try {
        if (auto why = kvm_lacks(mode); !why.empty()) return {Engine::Soft, std::move(why), soft_engine()};
        return {Engine::Kvm, {}, make_kvm(on_step)};
    } catch (const Error& error) {
        return {Engine::Soft, error.call() + ": " + error.code().message(), soft_engine()};
    }
}

Chosen best_engine(x86::Mode mode, const Demands& demands)
{
    Chosen best = best_engine(mode, demands.on_step);
    const auto missing = missing_on(*best.vm, demands.needed);
    if (missing.empty()) return best;
    if (best.engine == Engine::Kvm && has_soft_engine())
        if (auto soft = soft_engine(); missing_on(*soft, demands.needed).empty())
            return {Engine::Soft, fmt::format("KVM does not show what it was frozen with: {}", fmt::join(missing, ", ")),
                    std::move(soft)};
    throw lacking(best.engine, missing);
}

}  // namespace

Chosen choose_engine(Engine wanted, x86::Mode mode, const Demands& demands)
{
    switch (wanted) {
        case Engine::Kvm: return checked(kvm_engine(mode, demands.on_step), demands.needed);
        case Engine::Soft: return checked({Engine::Soft, {}, soft_engine()}, demands.needed);
        case Engine::Auto: break;
    }
    return best_engine(mode, demands);
}

Error lacking(Engine engine, std::span<const std::string> features)
{
    return Error{
        "thaw", ENOTSUP,
        fmt::format("it was frozen where CPUID shows more than {} does here: thaw it on such a host; or, if it does not use "
                    "what is missing, with --any-cpu (any_cpu in the library): {}",
                    engine == Engine::Kvm ? "KVM" : "the software engine", fmt::join(features, ", "))};
}

std::string kvm_lacks(x86::Mode mode)
{
    if (mode == x86::Mode::Paged && !kvm::abilities().paging_outside_long_mode) return kvm::kNoLegacyPaging;
    return {};
}

std::string kvm_cannot_debug()
{
    if (!has_soft_engine()) return {};
    try {
        const engine::DebugAbilities& found = kvm::debug_abilities();
        if (!found.no_user.empty()) return found.no_user;
        return found.data == 0 ? "this host's KVM watches no memory for a debugger" : "";
    } catch (const Error&) {
        return {};  // there is no KVM, which whoever chooses finds out
    }
}

void keep_devices_above(int line)
{
    try {
        kvm::keep_device_above(line);
    } catch (const Error&) {  // whoever needs it will be told
    }
}

bool has_soft_engine()
{
    return HUSK_SOFT_ENGINE != 0;
}

std::string soft_engine_version()
{
#if HUSK_SOFT_ENGINE
    return soft::version();
#else
    return {};
#endif
}

std::unique_ptr<engine::Vm> soft_engine()
{
#if HUSK_SOFT_ENGINE
    return soft::make_vm();
#else
    throw Error{"software engine", ENOTSUP,
                "this build has none: install Unicorn 2.1 or newer (tools/fetch-unicorn.sh build/unicorn) and build with "
                "-DHUSK_SOFT_ENGINE=ON"};
#endif
}

}  // namespace husk::machine
