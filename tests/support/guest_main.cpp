#include "support/lane.hpp"
#include "support/lane_summary.hpp"

#include <cstdio>
#include <exception>
#include <string>

// main() of the guest tests.
int main(int argc, char** argv)
try {
    return husk::test::run_lane(argc, argv, std::string{husk::test::lane().name}, husk::test::lane_obstacle());
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
