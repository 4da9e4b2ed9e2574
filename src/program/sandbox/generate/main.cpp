#include "program/sandbox/policy.hpp"

#include <seccomp.h>

#include <linux/filter.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Makes a BPF program of the policy when Husk is built, so that husk itself needs no libseccomp, and no time to compile one:
//   generate FILE   writes a header with the program, the places of the process id in it, and the calls by number
namespace husk::program {
namespace {

/// Of which libseccomp knows x86-64's only.
struct Call {
    std::string name;
    int number;
    const Rule* rule;
    bool allowed;
};

int number_of(const std::string& name)
{
    const int number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name.c_str());
    if (number < 0) throw std::runtime_error{"policy.hpp: x86-64 has no system call '" + name + "'"};
    return number;
}

void take(std::vector<Call>& calls, const Rule& rule, bool allowed)
{
    std::istringstream names{rule.calls};
    for (std::string name; names >> name;) calls.push_back({name, number_of(name), &rule, allowed});
}

std::vector<Call> calls_of_policy()
{
    std::vector<Call> calls;
    for (const Rule& rule : kAllowed) take(calls, rule, true);
    for (const Rule& rule : kAttacks) take(calls, rule, false);
    return calls;
}

void require(int result, const std::string& what)
{
    if (result < 0) throw std::runtime_error{what + ": " + std::strerror(-result)};
}

class Filter {
public:
    Filter() : context_{seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), seccomp_release}
    {
        if (!context_) throw std::runtime_error{"seccomp_init"};
        require(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "SCMP_FLTATR_ACT_BADARCH");
        constexpr std::uint32_t kBinaryTree = 2;
        require(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree), "SCMP_FLTATR_CTL_OPTIMIZE");
    }

    void add(const Call& call)
    {
        std::vector<scmp_arg_cmp> comparisons;
        for (const Check& check : {call.rule->first, call.rule->second})
            if (check.mask != 0) comparisons.push_back({check.argument, SCMP_CMP_MASKED_EQ, check.mask, check.value});
        require(seccomp_rule_add_exact_array(context_.get(), call.allowed ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS, call.number,
                                             static_cast<unsigned>(comparisons.size()), comparisons.data()),
                call.name);
    }

    std::vector<sock_filter> program() const
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
        if (!file) throw std::runtime_error{"tmpfile"};
        require(seccomp_export_bpf(context_.get(), fileno(file.get())), "seccomp_export_bpf");
        std::rewind(file.get());
        std::vector<sock_filter> program;
        for (sock_filter one{}; std::fread(&one, sizeof one, 1, file.get()) == 1;) program.push_back(one);
        return program;
    }

private:
    std::unique_ptr<void, void (*)(void*)> context_;
};

std::string text_of(const std::vector<sock_filter>& program, const std::vector<Call>& calls)
{
    std::ostringstream code;
    std::ostringstream places;
    for (std::size_t i = 0; i < program.size(); ++i) {
        const sock_filter& one = program[i];
        code << "    {" << one.code << ", " << +one.jt << ", " << +one.jf << ", " << one.k << "},\n";
        if (BPF_CLASS(one.code) == BPF_JMP && one.k == kOwnProcess) places << ' ' << i << ',';
    }
    if (places.str().empty()) throw std::runtime_error{"the process id is nowhere in the filter"};
    std::ostringstream text;
    text << "#pragma once\n\n// Made from program/sandbox/policy.hpp when Husk is built.\n#include "
            "\"program/sandbox/filter.hpp\"\n\n"
         << "#include <linux/filter.h>\n\n#include <cstdint>\n\nnamespace husk::program::generated {\n\n"
         << "inline constexpr sock_filter kProgram[] = {\n"
         << code.str() << "};\n\n/// Where in it the process's own id goes.\ninline constexpr std::uint16_t kOwnProcessPlaces[] = {"
         << places.str() << "};\n\ninline constexpr PolicyCall kCalls[] = {\n";
    for (const Call& call : calls)
        text << "    {\"" << call.name << "\", " << call.number << ", " << (call.allowed ? "true" : "false") << "},\n";
    text << "};\n\n}  // namespace husk::program::generated\n";
    return text.str();
}

void generate(const char* path)
{
    const std::vector<Call> calls = calls_of_policy();
    Filter filter;
    for (const Call& call : calls) filter.add(call);
    const std::string text = text_of(filter.program(), calls);
    std::ofstream file{path};
    file << text;
    file.close();
    if (!file) throw std::runtime_error{std::string{path} + ": cannot be written"};
}

}  // namespace
}  // namespace husk::program

int main(int count, char** words)
{
    try {
        if (count != 2) throw std::runtime_error{"one file is to be named"};
        husk::program::generate(words[1]);
        return 0;
    } catch (const std::exception& error) {
        (void)std::fputs((std::string{words[0]} + ": " + error.what() + '\n').c_str(), stderr);
        return 1;
    }
}
