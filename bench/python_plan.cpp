#include "plan.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace husk::bench {

namespace {

constexpr const char* kPython = "/usr/bin/python3";
constexpr const char* kLibrary = "/usr/lib/python3.11";
constexpr const char* kRequest = "print(json.dumps([1, 2]), flush=True); os._exit(0)\n";
constexpr const char* kAnswer = "[1, 2]\n";

/// A folder with a request, and one frozen Python each row.
class Requests {
public:
    Requests()
    {
        std::string name = std::filesystem::temp_directory_path() / "husk-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
        folder_ = name;
        std::ofstream{request()} << kRequest;
    }
    ~Requests()
    {
        std::error_code gone;
        std::filesystem::remove_all(folder_, gone);
    }
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;

    std::string request() const { return folder_ / "request.py"; }
    std::string file(int number) const { return folder_ / fmt::format("{}.frozen", number); }

private:
    std::filesystem::path folder_;
};

std::string code_of(const std::string& imports)
{
    return fmt::format("import {}; exec(sys.stdin.read())", imports);
}

/// Frozen with these imports done, and learnt from if so wanted, before the first pair.
Comparison row(const Programs& programs, const std::shared_ptr<const Requests>& requests, int number, const char* what,
               const std::string& imports, bool learn, std::optional<Bound> bound = {})
{
    const Command native{kPython, "-c", code_of(imports)};
    const std::string file = requests->file(number);
    const Command thaw{programs.husk, "thaw", "--engine", "kvm", file};
    const auto prepare = [=, husk = programs.husk] {
        run_process({husk, "freeze", "--engine", "kvm", "-o", file, "--ro", kLibrary, kPython, "-c", code_of(imports)});
        if (learn) run_process({husk, "thaw", "--engine", "kvm", "--learn", file, "--input", requests->request()});
        return true;
    };
    const auto prepared = std::make_shared<bool>(false);
    return {.what = what,
            .reference = [=] { return first_output(native, requests->request(), kAnswer); },
            .measured =
                [=] {
                    if (!*prepared) *prepared = prepare();
                    return first_output(thaw, requests->request(), kAnswer);
                },
            .pairs = 101,
            .bound = bound};
}

}  // namespace

Plan python_plan(const Programs& programs)
{
    Plan plan{
        .table = {.title = "Python with its imports done, natively and thawed", .reference = "python3", .measured = "husk thaw"}};
    if (::access(kPython, X_OK) != 0 || ::access(kLibrary, R_OK) != 0) {
        plan.table.obstacle = fmt::format("{} with {}: not there", kPython, kLibrary);
        return plan;
    }
    const auto requests = std::make_shared<const Requests>();
    const std::string tour = "argparse, asyncio, csv, decimal, json, os, sys, xml.dom.minidom";
    const std::string more =
        "asyncio, collections, csv, dataclasses, datetime, decimal, json, logging, math, os, pathlib, random, re, statistics, "
        "subprocess, sys, typing, unittest, urllib.request";
    plan.comparisons = {
        row(programs, requests, 1, "first output, README's imports", tour, true, Bound{Bound::Of::Throughput, 10}),
        row(programs, requests, 2, "first output, README's imports, without --learn", tour, false),
        row(programs, requests, 3, "first output, 19 imports", more, true),
        row(programs, requests, 4, "first output, json, os, sys", "json, os, sys", true),
    };
    return plan;
}

}  // namespace husk::bench
