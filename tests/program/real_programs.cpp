#include "program/real_programs.hpp"

#include "program/command_run.hpp"

#include <map>
#include <sstream>

namespace husk::test {
namespace {

/// The installed version of a package, or "not installed".
std::string version_of(const std::string& package)
{
    const Ended asked =
        run({"/usr/bin/dpkg-query", {"--show", "--showformat", "${Version}", package}, plain_environment(), "/", {}});
    return asked.status == 0 ? asked.out : "not installed";
}

/// The end of a path, and what of a command line a table has room for.
std::string in_short(const RealProgram& program)
{
    constexpr std::size_t kRoom = 100;
    std::string text = program.program.substr(program.program.rfind('/') + 1);
    for (const std::string& word : program.arguments) text += " " + (word.empty() ? "''" : word);
    if (!program.input.empty()) text += " <…";
    std::string shown;
    for (const char c : text.substr(0, kRoom)) shown += c == '\n' ? std::string{" "} : c == '|' ? "\\|" : std::string{c};
    return text.size() > kRoom ? shown + " …" : shown;
}

}  // namespace

std::vector<RealProgram> real_programs()
{
    std::vector<RealProgram> all;
    for (const auto& table : {coreutils_programs(), busybox_programs(), tool_programs(), language_programs(), compiled_programs()})
        all.insert(all.end(), table.begin(), table.end());
    return all;
}

std::string built(const std::string& name)
{
    return std::string{HUSK_PROGRAM_FOLDER} + "/built/" + name;
}

std::vector<std::string> reading(const std::vector<std::string>& paths)
{
    std::vector<std::string> options;
    for (const std::string& path : paths) options.insert(options.end(), {"--ro", path});
    return options;
}

std::vector<std::string> plain_environment()
{
    return {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", "RUST_BACKTRACE=0"};
}

std::string markdown_table()
{
    std::map<std::string, std::string> versions;
    std::ostringstream text;
    text << "| program | Debian package | version | what is run | software engine |\n|---|---|---|---|---|\n";
    for (const RealProgram& program : real_programs()) {
        auto& version = versions[program.package];
        if (version.empty()) version = version_of(program.package);
        text << "| " << program.name << " | " << program.package << " | " << version << " | `" << in_short(program) << "` | "
             << (program.soft_lacks.empty() ? "yes" : "no: " + program.soft_lacks) << " |\n";
    }
    return text.str();
}

}  // namespace husk::test
