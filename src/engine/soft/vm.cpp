#include "engine/soft/vm.hpp"

#include "engine/soft/cpu_features.hpp"
#include "engine/soft/vcpu.hpp"

#include <husk/error.hpp>

#include <cerrno>
#include <optional>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
/// uc_close() of Unicorn 2.1.1 forgets one array of 32 bytes.
extern "C" __attribute__((weak)) const char* __lsan_default_suppressions()
{
    return "leak:g_array_new\n";
}
#endif

namespace husk::soft {

namespace {

using engine::Access;

class Vm final : public engine::Vm {
public:
    void add_memory(GuestPhys base, std::span<std::byte> host, bool writable) override;
    void remove_memory(GuestPhys base, std::uint64_t size) override;
    bool follows_host_mappings() const override { return false; }
    void protect(GuestPhys base, std::uint64_t size, Access access) override;

    /// An exit costs this engine too little to gather for.
    void gather_writes(std::uint16_t) override {}

    x86::CpuFeatures cpu_features() const override { return soft::cpu_features(); }
    void kick_exactly() override { exact_ = true; }
    engine::Vcpu& vcpu() override;
    std::unique_ptr<engine::Vcpu> add_vcpu() override { refuse("the software engine has one processor"); }
    /// It has none.
    void keep_descriptors_above(int) override {}

private:
    [[noreturn]] static void refuse(const char* why) { throw Error{"software engine", ENOTSUP, why}; }

    Memory memory_;
    bool exact_ = false;
    std::optional<Vcpu> vcpu_;
};

void Vm::add_memory(GuestPhys base, std::span<std::byte> host, bool writable)
{
    const Access access = writable ? Access::ReadWrite : Access::Read;
    engine::check_pages(base, host.size());
    if (memory_.is_backed_by(base, host)) return protect(base, host.size(), access);
    // Unicorn takes long to change its map of memory: longer than a guest lives, where there was none.
    if (vcpu_) refuse("it takes memory at new addresses only before its processor is made");
    memory_.add(base, host, access);
}

/// The addresses stay Unicorn's: it could not take them again.
void Vm::remove_memory(GuestPhys base, std::uint64_t size)
{
    protect(base, size, Access::None);
}

void Vm::protect(GuestPhys base, std::uint64_t size, Access access)
{
    memory_.protect(base, size, access);
    if (vcpu_) vcpu_->forget_code(base, size);
}

engine::Vcpu& Vm::vcpu()
{
    if (memory_.pieces().empty()) throw std::invalid_argument{"a processor needs memory: map() first"};
    if (!vcpu_) vcpu_.emplace(memory_, exact_);
    return *vcpu_;
}

}  // namespace

std::unique_ptr<engine::Vm> make_vm()
{
    return std::make_unique<Vm>();
}

std::string version()
{
    return Emulator::version();
}

}  // namespace husk::soft
