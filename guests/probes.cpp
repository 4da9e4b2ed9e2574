#include "guests/probes.hpp"

#include <array>

extern "C" {
extern const std::byte husk_probe_real_begin[], husk_probe_real_end[];
extern const std::byte husk_probe_flat32_begin[], husk_probe_flat32_end[];
extern const std::byte husk_probe_pae_begin[], husk_probe_pae_end[];
extern const std::byte husk_probe_long_begin[], husk_probe_long_end[];
extern const std::byte husk_probe_gigabyte_begin[], husk_probe_gigabyte_end[];
extern const std::byte husk_probe_string_io_begin[], husk_probe_string_io_end[];
extern const std::byte husk_probe_exception_begin[], husk_probe_exception_end[];
extern const std::byte husk_probe_int_n_begin[], husk_probe_int_n_end[];
extern const std::byte husk_probe_exception3_begin[], husk_probe_exception3_end[];
extern const std::byte husk_probe_syscall_begin[], husk_probe_syscall_end[];
extern const std::byte husk_probe_cpuid_begin[], husk_probe_cpuid_end[];
extern const std::byte husk_probe_x87_begin[], husk_probe_x87_end[];
extern const std::byte husk_probe_mmx_begin[], husk_probe_mmx_end[];
extern const std::byte husk_probe_sse2_begin[], husk_probe_sse2_end[];
extern const std::byte husk_probe_ssse3_begin[], husk_probe_ssse3_end[];
extern const std::byte husk_probe_sse42_begin[], husk_probe_sse42_end[];
extern const std::byte husk_probe_popcnt_begin[], husk_probe_popcnt_end[];
extern const std::byte husk_probe_lzcnt_begin[], husk_probe_lzcnt_end[];
extern const std::byte husk_probe_bmi1_begin[], husk_probe_bmi1_end[];
extern const std::byte husk_probe_bmi2_begin[], husk_probe_bmi2_end[];
extern const std::byte husk_probe_adx_begin[], husk_probe_adx_end[];
extern const std::byte husk_probe_movbe_begin[], husk_probe_movbe_end[];
extern const std::byte husk_probe_cmpxchg16b_begin[], husk_probe_cmpxchg16b_end[];
extern const std::byte husk_probe_aes_begin[], husk_probe_aes_end[];
extern const std::byte husk_probe_pclmulqdq_begin[], husk_probe_pclmulqdq_end[];
extern const std::byte husk_probe_sha_begin[], husk_probe_sha_end[];
extern const std::byte husk_probe_rdrand_begin[], husk_probe_rdrand_end[];
extern const std::byte husk_probe_rdseed_begin[], husk_probe_rdseed_end[];
extern const std::byte husk_probe_rdtscp_begin[], husk_probe_rdtscp_end[];
extern const std::byte husk_probe_fsgsbase_begin[], husk_probe_fsgsbase_end[];
extern const std::byte husk_probe_xsave_begin[], husk_probe_xsave_end[];
extern const std::byte husk_probe_avx_begin[], husk_probe_avx_end[];
extern const std::byte husk_probe_avx2_begin[], husk_probe_avx2_end[];
extern const std::byte husk_probe_fma_begin[], husk_probe_fma_end[];
extern const std::byte husk_probe_f16c_begin[], husk_probe_f16c_end[];
extern const std::byte husk_probe_avx512_begin[], husk_probe_avx512_end[];
extern const std::byte husk_probe_enable_xcr0_begin[], husk_probe_enable_xcr0_end[];
extern const std::byte husk_probe_tell_begin[], husk_probe_tell_end[];
}

// From one of its symbols to the other.
#define HUSK_PROBE(name)                                   \
    ProbeCode                                              \
    {                                                      \
        husk_probe_##name##_begin, husk_probe_##name##_end \
    }

namespace husk::guests {

namespace {

constexpr auto kSse = x86::Cr4::OSFXSR | x86::Cr4::OSXMMEXCPT;
// Also for those of BMI2 and ADX that have the operand-size prefix, in Unicorn though on no processor.
constexpr auto kExtended = kSse | x86::Cr4::OSXSAVE;

}  // namespace

std::span<const SystemProbe> system_probes()
{
    static const std::array all{SystemProbe{"real mode", x86::Mode::Real, HUSK_PROBE(real)},
                                SystemProbe{"protected mode", x86::Mode::Protected, HUSK_PROBE(flat32)},
                                SystemProbe{"32-bit paging", x86::Mode::Paged, HUSK_PROBE(flat32)},
                                SystemProbe{"PAE paging", x86::Mode::Protected, HUSK_PROBE(pae)},
                                SystemProbe{"long mode", x86::Mode::Long, HUSK_PROBE(long)},
                                SystemProbe{"pages of 1 GiB", x86::Mode::Long, HUSK_PROBE(gigabyte)},
                                SystemProbe{"string I/O", x86::Mode::Long, HUSK_PROBE(string_io)},
                                SystemProbe{"exceptions through its IDT", x86::Mode::Long, HUSK_PROBE(exception)},
                                SystemProbe{"INT n, INT3", x86::Mode::Long, HUSK_PROBE(int_n)},
                                SystemProbe{"exceptions at ring 3, TSS", x86::Mode::Long, HUSK_PROBE(exception3)},
                                SystemProbe{"SYSCALL, SYSRET", x86::Mode::Long, HUSK_PROBE(syscall)}};
    return all;
}

std::span<const InstructionSet> instruction_sets()
{
    static const std::array all{InstructionSet{"x87", CpuidWord::Edx1, 1u << 0, HUSK_PROBE(x87), {}},
                                InstructionSet{"MMX", CpuidWord::Edx1, 1u << 23, HUSK_PROBE(mmx), {}},
                                InstructionSet{"SSE, SSE2", CpuidWord::Edx1, 1u << 25 | 1u << 26, HUSK_PROBE(sse2), kSse},
                                InstructionSet{"SSE3, SSSE3", CpuidWord::Ecx1, 1u << 0 | 1u << 9, HUSK_PROBE(ssse3), kSse},
                                InstructionSet{"SSE4.1, SSE4.2", CpuidWord::Ecx1, 1u << 19 | 1u << 20, HUSK_PROBE(sse42), kSse},
                                InstructionSet{"AVX", CpuidWord::Ecx1, 1u << 28, HUSK_PROBE(avx), kExtended},
                                InstructionSet{"AVX2", CpuidWord::Ebx7, 1u << 5, HUSK_PROBE(avx2), kExtended},
                                InstructionSet{"FMA", CpuidWord::Ecx1, 1u << 12, HUSK_PROBE(fma), kExtended},
                                InstructionSet{"F16C", CpuidWord::Ecx1, 1u << 29, HUSK_PROBE(f16c), kExtended},
                                InstructionSet{"AVX-512F", CpuidWord::Ebx7, 1u << 16, HUSK_PROBE(avx512), kExtended},
                                InstructionSet{"XSAVE", CpuidWord::Ecx1, 1u << 26, HUSK_PROBE(xsave), kExtended},
                                InstructionSet{"AES", CpuidWord::Ecx1, 1u << 25, HUSK_PROBE(aes), kSse},
                                InstructionSet{"PCLMULQDQ", CpuidWord::Ecx1, 1u << 1, HUSK_PROBE(pclmulqdq), kSse},
                                InstructionSet{"SHA", CpuidWord::Ebx7, 1u << 29, HUSK_PROBE(sha), kSse},
                                InstructionSet{"POPCNT", CpuidWord::Ecx1, 1u << 23, HUSK_PROBE(popcnt), {}},
                                InstructionSet{"LZCNT", CpuidWord::Ecx80000001, 1u << 5, HUSK_PROBE(lzcnt), {}},
                                InstructionSet{"BMI1", CpuidWord::Ebx7, 1u << 3, HUSK_PROBE(bmi1), {}},
                                InstructionSet{"BMI2", CpuidWord::Ebx7, 1u << 8, HUSK_PROBE(bmi2), kSse},
                                InstructionSet{"ADX", CpuidWord::Ebx7, 1u << 19, HUSK_PROBE(adx), kSse},
                                InstructionSet{"MOVBE", CpuidWord::Ecx1, 1u << 22, HUSK_PROBE(movbe), {}},
                                InstructionSet{"CMPXCHG16B", CpuidWord::Ecx1, 1u << 13, HUSK_PROBE(cmpxchg16b), {}},
                                InstructionSet{"RDRAND", CpuidWord::Ecx1, 1u << 30, HUSK_PROBE(rdrand), {}},
                                InstructionSet{"RDSEED", CpuidWord::Ebx7, 1u << 18, HUSK_PROBE(rdseed), {}},
                                InstructionSet{"RDTSCP", CpuidWord::Edx80000001, 1u << 27, HUSK_PROBE(rdtscp), {}},
                                InstructionSet{"FSGSBASE", CpuidWord::Ebx7, 1u << 0, HUSK_PROBE(fsgsbase), x86::Cr4::FSGSBASE}};
    return all;
}

ProbeCode cpuid_probe()
{
    return HUSK_PROBE(cpuid);
}

ProbeCode enable_xcr0()
{
    return HUSK_PROBE(enable_xcr0);
}

ProbeCode tell()
{
    return HUSK_PROBE(tell);
}

}  // namespace husk::guests
