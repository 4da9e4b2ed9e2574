#include <husk/husk.hpp>

#include <array>
#include <chrono>
#include <cstdio>

// Calls a function of the program that it is given (squares.c), each time in the state in which that asked to be frozen.
int main(int count, char** words)
{
    if (count < 2) return std::fprintf(stderr, "which program?\n"), 2;
    const auto frozen = husk::FrozenProgram::freeze({.path = words[1], .arguments = {words[1]}}, husk::freeze_points::Asked{});
    if (!frozen) return std::fprintf(stderr, "it did not ask to be frozen\n"), 1;

    husk::ProgramConfig how;
    how.host_functions["called"] = husk::host_function([](husk::HostCall&, int number) { std::printf("call %d: ", number); });
    husk::Pool<husk::Instance> pool{[&] { return husk::Instance{*frozen, how}; }, [](husk::Instance& used) { used.reset(); }};

    for (int last = 3; last <= 5; ++last) {
        const std::array<std::int32_t, 5> numbers{1, 2, last, 0, 0};
        const auto guest = pool.take(std::chrono::seconds{1});
        if (!guest) return 1;
        const auto sum = (*guest)->call<std::int64_t>("sum_of_squares", husk::In{std::as_bytes(std::span{numbers})}, 3);
        std::printf("%s\n", sum ? std::to_string(*sum).c_str() : husk::describe(sum.error()).c_str());
    }
    return 0;
}
