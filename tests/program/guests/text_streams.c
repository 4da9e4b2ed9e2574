// Standard input comes out again, numbered; the end is told on standard error; nothing else is open.
#include "check.h"

#include <sys/stat.h>

int main(int argc, char** argv)
{
    for (int fd = 3; fd < 64; ++fd) CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
    struct stat found;
    for (int fd = 0; fd < 3; ++fd) CHECK_OK(fstat(fd, &found));
    CHECK_EQ(isatty(1), 0);
    char line[256];
    int number = 0;
    while (fgets(line, sizeof line, stdin) != NULL) printf("%d\t%s", ++number, line);
    for (int i = 2; i < argc; ++i) printf("argument \"%s\"\n", argv[i]);
    fprintf(stderr, "%d lines\n", number);
    return 0;
}
