// Where it can be frozen: a function, a call, a time, at its input. Tells what it does as it goes on.
#include "../guests/check.h"

#include <husk/guest.h>

__attribute__((noinline)) int work(int of)
{
    __asm__ volatile("" : "+r"(of));
    return of + 1;
}

int main(int argc, char** argv)
{
    printf("begins\n");
    fflush(stdout);
    int done = work(argc);
    done = work(done);
    printf("worked %d\n", done);
    fflush(stdout);
    for (int i = 0; i < 3; ++i) CHECK(getppid() > 0);
    printf("asked\n");
    fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "for ever") == 0)
        for (volatile int ever = 0;; ++ever) (void)ever;
    char line[64] = "nothing";
    if (fgets(line, sizeof line, stdin) == NULL) strcpy(line, "nothing");
    printf("read %s\n", line);
    char text[256];
    const long size = husk_thaw_arguments(text, sizeof text);
    for (long at = 0; at < size; ++at) putchar(text[at] == 0 ? '|' : text[at]);
    printf("\n");
    return 0;
}
