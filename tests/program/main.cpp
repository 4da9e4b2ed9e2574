#include "program/program_lane.hpp"
#include "program/real_programs.hpp"
#include "support/lane_summary.hpp"

#include <cstdio>
#include <exception>
#include <string_view>

// husk_program_tests [--table]: runs the tests in the lane of HUSK_LANE, or prints the table of real programs for the manual.
int main(int argc, char** argv)
try {
    if (argc == 2 && std::string_view{argv[1]} == "--table") {
        std::fputs(husk::test::markdown_table().c_str(), stdout);
        return 0;
    }
    return husk::test::run_lane(argc, argv, husk::test::program_lane(), husk::test::program_lane_obstacle());
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
