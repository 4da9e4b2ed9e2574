#include "cli/usage_of_host.hpp"

#include <sys/resource.h>

#include <cstdio>
#include <memory>

namespace husk::cli {

HostUsage usage_of_host()
{
    HostUsage usage;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) usage.peak_kib = static_cast<std::uint64_t>(used.ru_maxrss);

    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen("/proc/self/ksm_merging_pages", "re"), std::fclose};
    unsigned long pages = 0;
    if (file && std::fscanf(file.get(), "%lu", &pages) == 1) usage.merged_pages = pages;  // NOLINT(cert-err34-c): a kernel's number
    return usage;
}

}  // namespace husk::cli
