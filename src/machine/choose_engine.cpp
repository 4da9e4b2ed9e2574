#include "machine/choose_engine.hpp"

#include "engine/kvm/abilities.hpp"
#include "engine/kvm/debug.hpp"
#include "engine/kvm/vm.hpp"
#if HUSK_SOFT_ENGINE
#include "engine/soft/vm.hpp"
#endif

#include <husk/error.hpp>

#include <cerrno>

namespace husk::machine {

namespace {

Chosen kvm_engine(x86::Mode mode)
{
    if (auto why = kvm_lacks(mode); !why.empty())
        throw Error{"KVM", ENOTSUP,
                    why + (has_soft_engine() ? "; use --engine soft or auto" : "; a husk with the software engine can")};
    return {Engine::Kvm, {}, kvm::make_vm()};
}

Chosen best_engine(x86::Mode mode)
{
    if (!has_soft_engine()) return kvm_engine(mode);
    try {
        if (auto why = kvm_lacks(mode); !why.empty()) return {Engine::Soft, std::move(why), soft_engine()};
        return {Engine::Kvm, {}, kvm::make_vm()};
    } catch (const Error& error) {
        return {Engine::Soft, error.call() + ": " + error.code().message(), soft_engine()};
    }
}

}  // namespace

Chosen choose_engine(Engine wanted, x86::Mode mode)
{
    switch (wanted) {
        case Engine::Kvm: return kvm_engine(mode);
        case Engine::Soft: return {Engine::Soft, {}, soft_engine()};
        case Engine::Auto: break;
    }
    return best_engine(mode);
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
