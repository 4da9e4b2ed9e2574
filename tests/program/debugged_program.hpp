#pragma once

#include "program/program_lane.hpp"
#include "support/command.hpp"
#include "support/debugger.hpp"
#include "support/temp_folder.hpp"

#include <string>
#include <vector>

namespace husk::test {

/// A program of tests/program/debugged under `husk run --gdb` on this lane's engine, and who debugs it without GDB.
class Debugged {
public:
    explicit Debugged(const std::string& program = "counted", const std::vector<std::string>& arguments = {},
                      const std::vector<std::string>& options = {})
        : husk_{words(program, arguments, options)}, debugger_{socket()}
    {}

    static std::string path_of(const std::string& program) { return HUSK_PROGRAM_FOLDER "/debugged/" + program; }

    std::string ask(const std::string& packet) { return debugger_.ask(packet); }
    /// A register by GDB's number.
    std::uint64_t value(const std::string& number)
    {
        std::string bytes = ask("p" + number), swapped;
        for (std::size_t i = bytes.size(); i >= 2; i -= 2) swapped += bytes.substr(i - 2, 2);
        return std::stoull(swapped, nullptr, 16);
    }
    std::uint64_t rip() { return value("10"); }
    std::uint64_t rsp() { return value("7"); }
    Finished end() { return husk_.wait(); }
    int status() { return end().status; }

private:
    std::string socket() const { return folder_.path() + "/gdb"; }
    std::vector<std::string> words(const std::string& program, const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& options) const
    {
        std::vector<std::string> all{"run", "--engine", program_lane(), "--gdb", "unix:" + socket()};
        all.insert(all.end(), options.begin(), options.end());
        all.push_back(path_of(program));
        all.insert(all.end(), arguments.begin(), arguments.end());
        return all;
    }

    TempFolder folder_;
    Running husk_;
    RawDebugger debugger_;
};

}  // namespace husk::test
