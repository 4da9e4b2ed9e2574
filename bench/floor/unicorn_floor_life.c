/* The software engine's floor as a program: runs the embedded hello64 guest, prints what it printed, and exits 0 if it answered. */
#include "unicorn_floor.h"

#include <unistd.h>

extern const unsigned char husk_guest_hello64_begin[], husk_guest_hello64_end[];

int main(void)
{
    unsigned char output[4096];
    struct floor_console console = {.bytes = output, .capacity = sizeof output};
    const size_t size = (size_t)(husk_guest_hello64_end - husk_guest_hello64_begin);

    const bool answered = unicorn_floor_life(husk_guest_hello64_begin, size, &console);
    const bool printed = write(STDOUT_FILENO, output, console.used) == (ssize_t)console.used;
    return answered && printed ? 0 : 1;
}
