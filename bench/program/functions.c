/* Functions for others to call: frozen where it is ready for that. */
#include <husk/guest.h>

#include <stddef.h>
#include <string.h>

enum { PAGE = 4096, PAGES = 1000 };

static char field[PAGES * PAGE] __attribute__((aligned(PAGE)));

void nothing(void) {}

/* Writes to so many pages; how many of them were as they were frozen. */
long write_pages(size_t count)
{
    long fresh = 0;
    for (size_t i = 0; i < count && i < PAGES; ++i) {
        fresh += field[i * PAGE] == 1;
        field[i * PAGE] = 2;
    }
    return fresh;
}

int main(void)
{
    memset(field, 1, sizeof field);
    return husk_freeze_here() < 0;
}
