#pragma once

#include "frozen/file.hpp"
#include "frozen/json.hpp"

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
    const auto read = frozen::parse_metadata(file->metadata());
    ASSERT_TRUE(read) << describe(read.error());
    std::vector<MemoryRegion> regions;
    frozen::JsonReader reader;
    const auto described = read->root().find("memory");
    ASSERT_TRUE(described);
    reader.read(*described, regions, "memory");
    const auto memory = file->memory(regions);
    ASSERT_TRUE(memory) << describe(memory.error());
    auto json = frozen::Json::parse(file->metadata());
    change(json);
    frozen::save(path, json.dump(1) + "\n", **memory);
}

/// Frozen where the processor had something besides.
inline void need_feature(const std::string& path, const std::string& name)
{
    change_metadata(path, [&](frozen::Json& all) { all["info"]["cpu_features"].push_back(name); });
}

}  // namespace husk::test
