/* The floor for programs, as a program. */
#include "ring3.h"

int main(void)
{
    ring3_life();
    return 0;
}
