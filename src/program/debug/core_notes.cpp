#include "program/debug/core_notes.hpp"

#include "base/pages.hpp"

#include <elf.h>
#include <sys/procfs.h>
#include <unistd.h>

#include <cstring>

namespace husk::program {

namespace {

/// As much of `text` as there is room for, with a NUL behind it.
template <std::size_t Size>
void fill(char (&field)[Size], const std::string& text)
{
    text.copy(static_cast<char*>(field), Size - 1);
}

}  // namespace

void add_process(debug::CoreNotes& notes, int pid, const std::string& executable, std::span<const std::string> arguments)
{
    elf_prpsinfo process{};
    process.pr_sname = 'R';
    process.pr_pid = pid;
    process.pr_ppid = ::getppid();
    process.pr_pgrp = ::getpgrp();
    process.pr_sid = ::getsid(0);
    process.pr_uid = ::getuid();
    process.pr_gid = ::getgid();
    fill(process.pr_fname, executable.substr(executable.rfind('/') + 1));
    std::string words;
    for (const std::string& each : arguments) words += (words.empty() ? "" : " ") + each;
    fill(process.pr_psargs, words);
    notes.add({.owner = "CORE", .type = NT_PRPSINFO}, std::as_bytes(std::span{&process, 1}));
}

void add_files(debug::CoreNotes& notes, std::span<const MappedArea> areas)
{
    constexpr std::size_t kMost = 4_MiB;
    std::vector<std::uint64_t> numbers{0, kPageSize};  // how many there are, and what offsets count
    std::string names;
    for (const MappedArea& area : areas) {
        if (area.name.empty() || area.name.front() == '[') continue;
        numbers.insert(numbers.end(), {area.begin.value, area.begin.value + area.size, area.file_offset / kPageSize});
        names.append(area.name).push_back('\0');
        ++numbers.front();
        if (numbers.size() * sizeof(std::uint64_t) + names.size() > kMost) return;
    }
    const auto bytes = std::as_bytes(std::span{numbers});
    std::vector<std::byte> note{bytes.begin(), bytes.end()};
    const auto text = std::as_bytes(std::span{names});
    note.insert(note.end(), text.begin(), text.end());
    if (numbers.front() != 0) notes.add({.owner = "CORE", .type = NT_FILE}, note);
}

}  // namespace husk::program
