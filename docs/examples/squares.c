/* A program whose functions are called: cc -static -I<husk's include folder> squares.c -o squares */
#include <husk/guest.h>

#include <stddef.h>
#include <stdint.h>

static int64_t calls; /* back at 0 after each reset */

int64_t sum_of_squares(const int32_t* numbers, size_t count)
{
    const int64_t number_of_call[] = {++calls};
    int64_t ignored;
    husk_host_function("called", number_of_call, 1, &ignored);
    int64_t sum = 0;
    for (size_t i = 0; i < count; ++i) sum += (int64_t)numbers[i] * numbers[i];
    return sum;
}

int main(void)
{
    /* Whatever takes long to set up has been done here. */
    return husk_freeze_here() < 0;
}
