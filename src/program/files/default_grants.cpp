#include "program/files/default_grants.hpp"

#include "program/image/linked_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace husk::program {

namespace {

constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};

void add(std::vector<Grant>& grants, const std::string& path, bool writable = false)
{
    std::error_code failed;
    const std::string absolute = std::filesystem::absolute(path, failed);
    if (!failed && ::access(absolute.c_str(), F_OK) == 0) grants.push_back({.path = absolute, .writable = writable, .at = {}});
}

/// What line editing opens when it starts, beside what it is linked with: what is known of this terminal, in the folders where
/// ncurses looks (terminfo(5)), and what keys do. None of it has to be there.
void add_for_terminal(std::vector<Grant>& grants, std::string_view terminal)
{
    if (terminal.empty() || terminal.starts_with('.') || terminal.find('/') != std::string_view::npos) return;
    for (const char* const folder : {"/etc/terminfo", "/lib/terminfo", "/usr/lib/terminfo", "/usr/share/terminfo"})
        add(grants, fmt::format("{}/{}/{}", folder, terminal.front(), terminal));
    add(grants, "/etc/inputrc");
}

/// Libraries that an interpreter loads by itself when it finds a terminal: no program names them either.
constexpr const char* kEditingLibraries[] = {"libreadline.so.8", "libedit.so.2", "libtinfo.so.6", "libncursesw.so.6"};

}  // namespace

std::vector<Grant> default_grants(const std::string& path, const Start& start, const std::optional<std::string>& terminal)
{
    std::vector<Grant> grants;
    add(grants, path);
    for (const std::string& script : start.scripts) add(grants, script);
    add(grants, start.program.path);
    if (start.interpreter) add(grants, start.interpreter->path);
    for (const LinkedFile& file : linked_files(start.program.path).files) {
        add(grants, file.path);
        // glibc opens it by itself, to end a thread: no program names it.
        const std::filesystem::path path_of{file.path};
        if (path_of.filename() != "libc.so.6") continue;
        add(grants, path_of.parent_path() / "libgcc_s.so.1");
        if (!terminal) continue;
        for (const char* const library : kEditingLibraries) add(grants, path_of.parent_path() / library);
    }
    if (terminal) add_for_terminal(grants, *terminal);
    for (Grant& device : device_grants()) grants.push_back(std::move(device));
    return grants;
}

std::vector<Grant> device_grants()
{
    std::vector<Grant> grants;
    for (const char* const device : kDevices) add(grants, device, true);
    return grants;
}

}  // namespace husk::program
