/* Pieces of work for a program to be timed at, natively and under Husk. */
#ifndef HUSK_BENCH_PROGRAM_WORK_H
#define HUSK_BENCH_PROGRAM_WORK_H

#include <stddef.h>
#include <stdint.h>

/* What a piece of work took, and a number that shows that it was done: the same wherever it runs. */
struct outcome {
    uint64_t nanoseconds;
    uint64_t check;
};

/* CLOCK_MONOTONIC. */
uint64_t now(void);

/* So many rounds of multiplication, shift and an unpredictable branch, all in registers. */
struct outcome integer_loop(uint64_t rounds);
/* The same on each of `count` threads at once. */
struct outcome on_threads(unsigned count, uint64_t rounds);
/* SHA-256 over one MiB, so many times. */
struct outcome sha256(uint64_t times);
/* Adds two arrays into a third, 64 MiB in all, so many times. */
struct outcome bandwidth(uint64_t times);
/* Follows pointers through 64 MiB in no order, so many of them. */
struct outcome chase(uint64_t steps);

/* mmap of so many bytes, and one write a page. */
struct outcome first_touch(size_t size);
/* Reads a file from its beginning to its end, `piece` bytes a call. */
struct outcome read_file(const char* path, size_t piece);
/* Overwrites a file's 128 MiB, `piece` bytes a call. */
struct outcome write_file(const char* path, size_t piece);
/* So many times getppid(), which has nothing to do. */
struct outcome trivial_calls(uint64_t count);
/* So many times getpid(). */
struct outcome own_id(uint64_t count);

#endif
