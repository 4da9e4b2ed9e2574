#include "plan.hpp"
#include "program_work.hpp"

#include <husk/address.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace husk::bench {

namespace {

constexpr std::size_t kPairs = 31;

Command operator+(Command command, const Command& more)
{
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

/// Work of program_work's, natively and under `husk run`.
Comparison both(const Programs& programs, const char* what, const Command& words, std::optional<Bound> bound,
                const Command& options = {})
{
    const Command native = Command{programs.work} + words;
    const Command under_husk = Command{programs.husk, "run", "--engine", "kvm"} + options + native;
    return {.what = what,
            .reference = [native] { return work_in_program(native); },
            .measured = [under_husk] { return work_in_program(under_husk); },
            .pairs = kPairs,
            .bound = bound};
}

/// The whole of a process, natively and under `husk run`.
Comparison whole(const Programs& programs, const char* what, const Command& native, const Command& options = {})
{
    const Command under_husk = Command{programs.husk, "run", "--engine", "kvm"} + options + native;
    return {.what = what,
            .reference = [native] { return run_process(native); },
            .measured = [under_husk] { return run_process(under_husk); },
            .pairs = kPairs};
}

std::vector<Comparison> processor_rows(const Programs& programs)
{
    constexpr Bound kNative{Bound::Of::Throughput, 0.97};
    return {
        both(programs, "integer loop", {"integer", "100000000"}, kNative),
        both(programs, "the same on two threads at once", {"threads", "2", "100000000"}, kNative),
        both(programs, "SHA-256", {"sha256", "20"}, kNative),
        both(programs, "memory bandwidth, 64 MiB", {"bandwidth", "60"}, kNative),
        both(programs, "pointer chase through 64 MiB", {"chase", "1000000"}, kNative),
    };
}

std::vector<Comparison> kernel_rows(const Programs& programs, const std::string& file)
{
    const auto file_row = [&](const char* what, const char* work, const char* piece, std::optional<Bound> bound) {
        return both(programs, what, {work, file, piece}, bound, {"--rw", file});
    };
    constexpr Bound kFiles{Bound::Of::Throughput, 0.9};
    std::vector<Comparison> rows{
        file_row("read() of 128 MiB, 16 MiB a call", "read", "16777216", kFiles),
        file_row("write() of 128 MiB, 16 MiB a call", "write", "16777216", kFiles),
        file_row("read() of 128 MiB, 1 MiB a call", "read", "1048576", kFiles),
        file_row("write() of 128 MiB, 1 MiB a call", "write", "1048576", kFiles),
        file_row("read() of 128 MiB, 4 KiB a call", "read", "4096", {}),
        file_row("write() of 128 MiB, 4 KiB a call", "write", "4096", {}),
        both(programs, "first touch of 1 GiB", {"touch", "1073741824"}, Bound{Bound::Of::Time, 3}),
    };
    constexpr std::size_t kFewPairs = 15;  // the last ones take seconds
    constexpr std::uint64_t kCalls = 100'000;
    Comparison answered = both(programs, "getpid(), answered inside", {"getpid", std::to_string(kCalls)}, {});
    answered.units = static_cast<double>(kCalls);
    for (std::size_t slow = 4; slow < rows.size(); ++slow) rows[slow].pairs = kFewPairs;
    rows.push_back(std::move(answered));
    return rows;
}

std::vector<Comparison> process_rows(const Programs& programs)
{
    constexpr const char* kPython = "/usr/bin/python3";
    constexpr const char* kImports =
        "import argparse, asyncio, collections, concurrent.futures, csv, ctypes, dataclasses, datetime, decimal, email, functools, "
        "hashlib, http.client, json, logging, multiprocessing, os, pathlib, random, re, shutil, socket, sqlite3, ssl, subprocess, "
        "tempfile, threading, typing, unittest, urllib.request, uuid, xml.etree.ElementTree, zipfile";
    std::vector<Comparison> rows{
        whole(programs, "the smallest static program, whole process", {programs.start}),
        whole(programs, "a static program of glibc's, whole process", {programs.work}),
    };
    if (::access(kPython, X_OK) == 0)
        rows.push_back(whole(programs, "Python, importing 30-odd modules of its library", {kPython, "-I", "-c", kImports},
                             {"--ro", "/usr", "--ro", "/etc"}));
    return rows;
}

}  // namespace

Plan native_plan(const Programs& programs)
{
    Plan plan{.table = {.title = "Programs under Husk, and natively", .reference = "native", .measured = "husk"}};
    const auto file = std::make_shared<const WorkFile>();
    plan.keep = file;
    plan.comparisons = processor_rows(programs);
    for (auto& row : kernel_rows(programs, file->path())) plan.comparisons.push_back(std::move(row));
    for (auto& row : process_rows(programs)) plan.comparisons.push_back(std::move(row));
    return plan;
}

Plan program_plan(const Programs& programs)
{
    constexpr std::uint64_t kCalls = 5000;
    const auto file = std::make_shared<const WorkFile>();
    Plan plan{.table = {.title = "Programs under Husk, and the floor", .reference = "floor", .measured = "husk"}};
    plan.keep = file;
    const Command read{programs.husk, "run",         "--engine", "kvm",        "--ro",
                       file->path(),  programs.work, "read",     file->path(), "1048576"};
    const Command calls{programs.husk, "run", "--engine", "kvm", programs.work, "calls", std::to_string(kCalls)};
    plan.comparisons = {
        {.what = "one trivial system call",
         .reference = [] { return ring3_exits(kCalls); },
         .measured =
             [calls, work = programs.work] {
                 static const bool served = (expect_trivial_calls_served(work, kCalls), true);
                 (void)served;
                 return work_in_program(calls);
             },
         .pairs = kPairs,
         .units = static_cast<double>(kCalls),
         .bound = Bound{Bound::Of::Time, 1.1}},
        {.what = "read() of 128 MiB, 1 MiB a call",
         .reference = [file] { return read_on_ring3_floor(file->path(), 1_MiB); },
         .measured = [read] { return work_in_program(read); },
         .pairs = kPairs},
        {.what = "whole life of the smallest static program, in-process",
         .reference = life_of_ring3_floor,
         .measured = [command = Command{programs.start}] { return life_of_program(command); },
         .bound = Bound{Bound::Of::Time, 1.5}},
        {.what = "whole life of a static program of glibc's, in-process",
         .reference = life_of_ring3_floor,
         .measured = [command = Command{programs.work}] { return life_of_program(command); }},
        {.what = "`husk run` of the smallest static program, whole process",
         .reference = [command = Command{programs.ring3_floor}] { return run_process(command); },
         .measured = [command = Command{programs.husk, "run", "--engine", "kvm", programs.start}] { return run_process(command); }},
    };
    return plan;
}

}  // namespace husk::bench
