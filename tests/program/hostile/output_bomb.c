// Output without end, by many ways and numbers: --output ends it.
#include "hostile.h"

#include <sys/uio.h>

int main(int argc, char** argv)
{
    CHECK(argc == 3);
    static char text[65536];
    memset(text, 'x', sizeof text);
    const int copy = fcntl(1, F_DUPFD, 100);
    struct iovec vectors[4] = {{text, 1000}, {text, 1000}, {text, 1000}, {text, 1000}};
    for (;;) {
        switch (argv[2][0]) {
            case 'w': syscall(SYS_write, 1, text, sizeof text); break;
            case 'e': syscall(SYS_write, 2, text, 100); break;
            case 'd': syscall(SYS_write, copy, text, 4096); break;
            case 'v': syscall(SYS_writev, 1, vectors, 4); break;
            default: return 1;
        }
    }
}
