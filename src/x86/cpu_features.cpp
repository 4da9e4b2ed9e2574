#include "x86/cpu_features.hpp"

#include <fmt/format.h>

#include <bit>
#include <limits>
#include <string_view>

namespace husk::x86 {

namespace {

constexpr unsigned kBits = std::numeric_limits<std::uint32_t>::digits;

/// From bit 0 on; nothing where a bit is reserved or has no name.
using Names = std::array<const char*, kBits>;

// Lines of eight.
constexpr std::array<Names, kFeatureWords.size()> kNames{{
    // CPUID.01H:ECX
    {"sse3",
     "pclmulqdq",
     "dtes64",
     "monitor",
     "ds_cpl",
     "vmx",
     "smx",
     "est",  //
     "tm2",
     "ssse3",
     "cid",
     "sdbg",
     "fma",
     "cx16",
     "xtpr",
     "pdcm",  //
     nullptr,
     "pcid",
     "dca",
     "sse4_1",
     "sse4_2",
     "x2apic",
     "movbe",
     "popcnt",  //
     "tsc_deadline_timer",
     "aes",
     "xsave",
     "osxsave",
     "avx",
     "f16c",
     "rdrand",
     "hypervisor"},  //
    // CPUID.01H:EDX
    {"fpu",  "vme",   "de",    "pse",     "tsc",   "msr", "pae",  "mce",   //
     "cx8",  "apic",  nullptr, "sep",     "mtrr",  "pge", "mca",  "cmov",  //
     "pat",  "pse36", "pn",    "clflush", nullptr, "dts", "acpi", "mmx",   //
     "fxsr", "sse",   "sse2",  "ss",      "ht",    "tm",  "ia64", "pbe"},  //
    // CPUID.07H.0:EBX
    {"fsgsbase",   "tsc_adjust", "sgx",      "bmi1",     "hle",      "avx2",         "fdp_excptn_only",
     "smep",  //
     "bmi2",       "erms",       "invpcid",  "rtm",      "cqm",      "zero_fcs_fds", "mpx",
     "rdt_a",  //
     "avx512f",    "avx512dq",   "rdseed",   "adx",      "smap",     "avx512ifma",   nullptr,
     "clflushopt",  //
     "clwb",       "intel_pt",   "avx512pf", "avx512er", "avx512cd", "sha_ni",       "avx512bw",
     "avx512vl"},  //
    // CPUID.07H.0:ECX
    {"prefetchwt1",
     "avx512vbmi",
     "umip",
     "pku",
     "ospke",
     "waitpkg",
     "avx512_vbmi2",
     "shstk",  //
     "gfni",
     "vaes",
     "vpclmulqdq",
     "avx512_vnni",
     "avx512_bitalg",
     "tme",
     "avx512_vpopcntdq",
     nullptr,  //
     "la57",
     nullptr,
     nullptr,
     nullptr,
     nullptr,
     nullptr,
     "rdpid",
     "keylocker",  //
     "bus_lock_detect",
     "cldemote",
     nullptr,
     "movdiri",
     "movdir64b",
     "enqcmd",
     "sgx_lc",
     "pks"},  //
    // CPUID.07H.0:EDX
    {nullptr,
     "sgx_keys",
     "avx512_4vnniw",
     "avx512_4fmaps",
     "fsrm",
     "uintr",
     nullptr,
     nullptr,  //
     "avx512_vp2intersect",
     "srbds_ctrl",
     "md_clear",
     "rtm_always_abort",
     nullptr,
     nullptr,
     "serialize",
     "hybrid_cpu",  //
     "tsxldtrk",
     nullptr,
     "pconfig",
     "arch_lbr",
     "ibt",
     nullptr,
     "amx_bf16",
     "avx512_fp16",  //
     "amx_tile",
     "amx_int8",
     "spec_ctrl",
     "intel_stibp",
     "flush_l1d",
     "arch_capabilities",
     "core_capabilities",
     "ssbd"},  //
    // CPUID.07H.1:EAX
    {"sha512",
     "sm3",
     "sm4",
     "rao_int",
     "avx_vnni",
     "avx512_bf16",
     "lass",
     "cmpccxadd",  //
     "arch_perfmon_ext",
     nullptr,
     "fzrm",
     "fsrs",
     "fsrc",
     nullptr,
     nullptr,
     nullptr,  //
     nullptr,
     "fred",
     "lkgs",
     "wrmsrns",
     nullptr,
     "amx_fp16",
     "hreset",
     "avx_ifma",  //
     nullptr,
     nullptr,
     "lam",
     "msrlist",
     nullptr,
     nullptr,
     nullptr,
     nullptr},  //
    // CPUID.0DH.1:EAX
    {"xsaveopt", "xsavec", "xgetbv1", "xsaves", "xfd",   nullptr, nullptr, nullptr,   //
     nullptr,    nullptr,  nullptr,   nullptr,  nullptr, nullptr, nullptr, nullptr,   //
     nullptr,    nullptr,  nullptr,   nullptr,  nullptr, nullptr, nullptr, nullptr,   //
     nullptr,    nullptr,  nullptr,   nullptr,  nullptr, nullptr, nullptr, nullptr},  //
    // CPUID.80000001H:ECX
    {"lahf_lm",       "cmp_legacy", "svm",   "extapic",    "cr8_legacy",  "abm",    "sse4a",   "misalignsse",   //
     "3dnowprefetch", "osvw",       "ibs",   "xop",        "skinit",      "wdt",    nullptr,   "lwp",           //
     "fma4",          "tce",        nullptr, "nodeid_msr", nullptr,       "tbm",    "topoext", "perfctr_core",  //
     "perfctr_nb",    nullptr,      "bpext", "ptsc",       "perfctr_llc", "mwaitx", nullptr,   nullptr},        //
    // CPUID.80000001H:EDX
    {"fpu",  "vme",      "de",      "pse",     "tsc",   "msr",   "pae",      "mce",     //
     "cx8",  "apic",     nullptr,   "syscall", "mtrr",  "pge",   "mca",      "cmov",    //
     "pat",  "pse36",    nullptr,   "mp",      "nx",    nullptr, "mmxext",   "mmx",     //
     "fxsr", "fxsr_opt", "pdpe1gb", "rdtscp",  nullptr, "lm",    "3dnowext", "3dnow"},  //
}};

/// CPUID.01H:ECX: set by CR4 and by whoever virtualizes. CPUID.07H.0:ECX: set by CR4.
constexpr std::uint32_t kOsxsave = 1u << 27, kHypervisor = 1u << 31, kOspke = 1u << 4;

/// CPUID.07H.0:EDX: model-specific registers against speculation, which systems use and programs do not see.
constexpr std::uint32_t kAgainstSpeculation = 1u << 9 | 1u << 10 | 0xFCu << 24;

std::uint32_t of_machine(std::size_t word)
{
    constexpr std::size_t k01Ecx = 0, k07Ecx = 3, k07Edx = 4;
    switch (word) {
        case k01Ecx: return kOsxsave | kHypervisor;
        case k07Ecx: return kOspke;
        case k07Edx: return kAgainstSpeculation;
        default: return 0;
    }
}

/// AMD's leaf has, at the same bits, what Intel's has first.
constexpr std::size_t k01Edx = 1, kExtendedEdx = 8;
static_assert(kFeatureWords[k01Edx].leaf == 0x1 && kFeatureWords[kExtendedEdx].leaf == 0x8000'0001);

constexpr std::uint32_t said_twice()
{
    std::uint32_t bits = 0;
    for (unsigned bit = 0; bit < kBits; ++bit) {
        const char* const name = kNames[k01Edx][bit];
        if (name != nullptr && kNames[kExtendedEdx][bit] != nullptr && std::string_view{name} == kNames[kExtendedEdx][bit])
            bits |= 1u << bit;
    }
    return bits;
}
constexpr std::uint32_t kSaidTwice = said_twice();

}  // namespace

CpuFeatures counted_features(CpuFeatures features)
{
    features.words[k01Edx] |= features.words[kExtendedEdx] & kSaidTwice;
    features.words[kExtendedEdx] &= ~kSaidTwice;
    for (std::size_t word = 0; word < features.words.size(); ++word) features.words[word] &= ~of_machine(word);
    return features;
}

const char* linux_name(std::size_t word, unsigned bit)
{
    return kNames.at(word).at(bit);
}

std::string feature_name(std::size_t word, unsigned bit)
{
    const char* const name = linux_name(word, bit);
    return name != nullptr ? name : fmt::format("{} bit {}", kFeatureWords.at(word).name, bit);
}

std::vector<std::string> feature_names(const CpuFeatures& features)
{
    return missing_features(features, {});
}

std::vector<std::string> missing_features(const CpuFeatures& needed, const CpuFeatures& present)
{
    const CpuFeatures all = counted_features(needed), there = counted_features(present);
    std::vector<std::string> missing;
    for (std::size_t word = 0; word < kFeatureWords.size(); ++word)
        for (std::uint32_t bits = all.words[word] & ~there.words[word]; bits != 0; bits &= bits - 1)
            missing.push_back(feature_name(word, static_cast<unsigned>(std::countr_zero(bits))));
    return missing;
}

}  // namespace husk::x86
