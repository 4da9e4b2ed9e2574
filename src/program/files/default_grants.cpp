#include "program/files/default_grants.hpp"

#include "program/image/linked_files.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace husk::program {

namespace {

constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};

void add(std::vector<Grant>& grants, const std::string& path, bool writable = false)
{
    std::error_code failed;
    const std::string absolute = std::filesystem::absolute(path, failed);
    if (!failed && ::access(absolute.c_str(), F_OK) == 0) grants.push_back({.path = absolute, .writable = writable, .at = {}});
}

}  // namespace

std::vector<Grant> default_grants(const std::string& path, const Start& start)
{
    std::vector<Grant> grants;
    add(grants, path);
    for (const std::string& script : start.scripts) add(grants, script);
    add(grants, start.program.path);
    if (start.interpreter) add(grants, start.interpreter->path);
    for (const LinkedFile& file : linked_files(start.program.path).files) add(grants, file.path);
    for (const char* const device : kDevices) add(grants, device, true);
    return grants;
}

}  // namespace husk::program
