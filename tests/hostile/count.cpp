// The linker puts __wrap_uc_open() and the like before Unicorn's own (--wrap), so that the engine need not know that it is counted.
#include "hostile/count.hpp"

#include <unicorn/unicorn.h>

#include <cstddef>

namespace {

bool counting = false;
bool is_new = false;  // the last engine has no hook yet
std::uint64_t counted = 0;
std::uint64_t most = 0;
husk::engine::Vcpu* limited = nullptr;

void begin_instruction(uc_engine*, std::uint64_t, std::uint32_t, void*)
{
    if (++counted >= most && limited != nullptr) limited->kick();
}

}  // namespace

extern "C" uc_err __real_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine);
extern "C" uc_err __real_uc_emu_start(uc_engine* engine, std::uint64_t begin, std::uint64_t until, std::uint64_t timeout,
                                      std::size_t count);

extern "C" uc_err __wrap_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine);
extern "C" uc_err __wrap_uc_open(uc_arch arch, uc_mode mode, uc_engine** engine)
{
    is_new = true;
    return __real_uc_open(arch, mode, engine);
}

extern "C" uc_err __wrap_uc_emu_start(uc_engine* engine, std::uint64_t begin, std::uint64_t until, std::uint64_t timeout,
                                      std::size_t count);
extern "C" uc_err __wrap_uc_emu_start(uc_engine* engine, std::uint64_t begin, std::uint64_t until, std::uint64_t timeout,
                                      std::size_t count)
{
    uc_hook hook{};
    if (counting && is_new) uc_hook_add(engine, &hook, UC_HOOK_CODE, reinterpret_cast<void*>(&begin_instruction), nullptr, 1, 0);
    is_new = false;
    return __real_uc_emu_start(engine, begin, until, timeout, count);
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
