/*
 * A static program that does one piece of work and prints how many nanoseconds it took, and a number that shows that it was done:
 *     program_work WORK [ARGUMENTS]
 * Without arguments it does nothing and says nothing.
 * The time is taken inside, so that what it costs to start a program does not count.
 */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct outcome run_integer(char** words) { return integer_loop(strtoull(words[0], NULL, 10)); }
static struct outcome run_sha256(char** words) { return sha256(strtoull(words[0], NULL, 10)); }
static struct outcome run_bandwidth(char** words) { return bandwidth(strtoull(words[0], NULL, 10)); }
static struct outcome run_chase(char** words) { return chase(strtoull(words[0], NULL, 10)); }
static struct outcome run_touch(char** words) { return first_touch(strtoull(words[0], NULL, 10)); }
static struct outcome run_calls(char** words) { return trivial_calls(strtoull(words[0], NULL, 10)); }
static struct outcome run_getpid(char** words) { return own_id(strtoull(words[0], NULL, 10)); }
static struct outcome run_read(char** words) { return read_file(words[0], strtoull(words[1], NULL, 10)); }
static struct outcome run_write(char** words) { return write_file(words[0], strtoull(words[1], NULL, 10)); }

static struct outcome run_threads(char** words)
{
    return on_threads((unsigned)strtoul(words[0], NULL, 10), strtoull(words[1], NULL, 10));
}

static const struct {
    const char* name;
    int arguments;
    struct outcome (*run)(char** words);
} works[] = {
    {"integer", 1, run_integer}, {"sha256", 1, run_sha256}, {"bandwidth", 1, run_bandwidth},
    {"chase", 1, run_chase},     {"touch", 1, run_touch},   {"calls", 1, run_calls},
    {"read", 2, run_read},       {"write", 2, run_write},   {"threads", 2, run_threads},
    {"getpid", 1, run_getpid},
};

int main(int argc, char** argv)
{
    if (argc == 1) return 0;
    for (size_t i = 0; i < sizeof works / sizeof works[0]; ++i) {
        if (strcmp(argv[1], works[i].name) != 0 || argc - 2 != works[i].arguments) continue;
        const struct outcome outcome = works[i].run(argv + 2);
        return printf("%llu %llu\n", (unsigned long long)outcome.nanoseconds, (unsigned long long)outcome.check) > 0 ? 0 : 1;
    }
    fputs("usage: program_work integer|sha256|bandwidth|chase|touch|calls|getpid N | read|write FILE PIECE | threads COUNT N\n", stderr);
    return 2;
}
