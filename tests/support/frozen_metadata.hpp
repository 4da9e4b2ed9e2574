#pragma once

#include "frozen/file.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace husk::test {

/// Writes a frozen file anew, with what `change` makes of its metadata.
inline void change_metadata(const std::string& path, const std::function<void(frozen::Json&)>& change)
{
    auto file = frozen::FrozenFile::open(path);
    ASSERT_TRUE(file) << describe(file.error());
    auto json = frozen::parse_metadata(file->metadata());
    ASSERT_TRUE(json) << describe(json.error());
    std::vector<MemoryRegion> regions;
    frozen::JsonReader reader;
    reader.read(json->at("memory"), regions, "memory");
    const auto memory = file->memory(regions);
    ASSERT_TRUE(memory) << describe(memory.error());
    change(*json);
    frozen::save(path, json->dump(1) + "\n", **memory);
}

/// Frozen where the processor had something besides.
inline void need_feature(const std::string& path, const std::string& name)
{
    change_metadata(path, [&](frozen::Json& all) { all["info"]["cpu_features"].push_back(name); });
}

}  // namespace husk::test
