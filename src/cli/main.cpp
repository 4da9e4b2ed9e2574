#include "cli/app.hpp"

int main(int count, char** words)
{
    return husk::cli::run(count, words);
}
