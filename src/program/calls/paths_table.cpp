#include "program/calls/paths.hpp"

#include <vector>

namespace husk::program {

std::span<const Served> path_calls()
{
    static const std::vector<Served> calls = [] {
        std::vector<Served> all;
        for (const auto group : {path_open_calls(), path_stat_calls(), path_entry_calls(), path_attribute_calls(),
                                 path_time_calls(), path_xattr_calls(), path_folder_calls()})
            all.insert(all.end(), group.begin(), group.end());
        return all;
    }();
    return calls;
}

}  // namespace husk::program
