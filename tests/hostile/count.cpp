// The linker puts __wrap_uc_open() before Unicorn's own (--wrap), so that the engine need not know that it is counted.
#include "hostile/count.hpp"

#include <unicorn/unicorn.h>

namespace {

bool counting = false;
std::uint64_t counted = 0;
std::uint64_t most = 0;
husk::engine::Vcpu* limited = nullptr;

void begin_instruction(uc_engine*, std::uint64_t, std::uint32_t, void*)
{
    if (++counted >= most && limited != nullptr) limited->kick();
}

}  // namespace

extern "C" uc_err __real_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine);

extern "C" uc_err __wrap_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine);
extern "C" uc_err __wrap_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine)
{
    const uc_err result = __real_uc_open(arch, mode, engine);
    uc_hook hook{};
    if (counting && result == UC_ERR_OK)
        uc_hook_add(*engine, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(&begin_instruction), nullptr, 1, 0);
    return result;
}

namespace husk::hostile {

void count_instructions()
{
    counting = true;
}

void limit_instructions(engine::Vcpu& vcpu, std::uint64_t limit)
{
    counted = 0;
    most = limit;
    limited = &vcpu;
}

std::uint64_t instructions()
{
    return counted;
}

}  // namespace husk::hostile
