// Has what cannot be frozen: a timer that runs, and memory that is a file's. Told all at once.
#include "../guests/check.h"

#include <husk/guest.h>

#include <sys/mman.h>

int main(void)
{
    const int fd = open("/tmp/shared", O_RDWR | O_CREAT, 0600);
    CHECK_OK(fd);
    CHECK_OK(ftruncate(fd, kPage));
    CHECK(mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
    CHECK_OK(close(fd));
    alarm(1000);
    husk_freeze_here();
    return 0;
}
