#include "x86/needed_features.hpp"

#include <limits>
#include <string_view>

namespace husk::x86 {

namespace {

struct Place {
    std::size_t word = 0;
    unsigned bit = 0;
};

constexpr std::size_t kBits = std::numeric_limits<std::uint32_t>::digits;
constexpr std::size_t kPlaces = kFeatureWords.size() * kBits;

constexpr Place place(std::size_t index)
{
    return {index / kBits, static_cast<unsigned>(index % kBits)};
}

bool is_called(Place at, std::string_view name)
{
    if (const char* const given = linux_name(at.word, at.bit); given != nullptr) return name == given;
    return name.starts_with(kFeatureWords[at.word].name) && name == feature_name(at.word, at.bit);
}

// SDM Vol. 2A, "CPUID—CPU Identification", tables of leaves 1, 7, 0DH and 80000001H; AMD64 Architecture Programmer's Manual Vol. 3,
// Appendix E. Rather too few than too many: what is not here is needed where the program goes on.

/// Control registers, model-specific registers, paging, interrupts, machine checks, virtual machines.
constexpr std::string_view kOfSystems =
    " dtes64 ds_cpl vmx smx est tm2 cid sdbg xtpr pdcm pcid dca x2apic tsc_deadline_timer vme de pse msr pae mce apic sep mtrr pge "
    "mca pat pse36 pn dts acpi ss ht tm ia64 pbe tsc_adjust smep invpcid cqm rdt_a smap intel_pt tme la57 bus_lock_detect sgx "
    "sgx_keys sgx_lc pks hybrid_cpu pconfig arch_lbr lass arch_perfmon_ext fred lkgs wrmsrns hreset msrlist xsaves xfd cmp_legacy "
    "svm extapic cr8_legacy osvw ibs skinit wdt tce nodeid_msr topoext perfctr_core perfctr_nb bpext ptsc perfctr_llc mp nx "
    "fxsr_opt pdpe1gb ";
/// Instructions that ring 3 has only if a system switches them on, which Husk does not for its programs.
constexpr std::string_view kSwitchedOff = " monitor umip pku shstk ibt keylocker enqcmd uintr lam ";
/// How fast something is; instructions and prefixes that do nothing where they are not known; what is not there; and what SSE has,
/// too (MMX's extensions).
constexpr std::string_view kNothingToDependOn =
    " erms fsrm fzrm fsrs fsrc cldemote hle mpx fdp_excptn_only zero_fcs_fds rtm_always_abort mmxext ";

bool has_word(std::string_view words, const std::string& word)
{
    return words.find(" " + word + " ") != std::string_view::npos;
}

}  // namespace

NeededFeatures::NeededFeatures(std::span<const std::string> names)
{
    // Names come in the order of the bits, as a rule: each is looked for from the last on.
    std::size_t last = 0;
    for (const std::string& name : names) {
        std::size_t tried = 0;
        while (tried < kPlaces && !is_called(place((last + tried) % kPlaces), name)) ++tried;
        if (tried == kPlaces) {
            unknown_.push_back(name);
            continue;
        }
        last = (last + tried) % kPlaces;
        known_.words[place(last).word] |= 1u << place(last).bit;
    }
    known_ = counted_features(known_);
}

std::vector<std::string> NeededFeatures::missing_from(const CpuFeatures& present) const
{
    std::vector<std::string> missing = missing_features(known_, present);
    missing.insert(missing.end(), unknown_.begin(), unknown_.end());
    return missing;
}

std::vector<std::string> features_of_programs(std::vector<std::string> names)
{
    std::erase_if(names, [](const std::string& name) {
        return has_word(kOfSystems, name) || has_word(kSwitchedOff, name) || has_word(kNothingToDependOn, name);
    });
    return names;
}

}  // namespace husk::x86
