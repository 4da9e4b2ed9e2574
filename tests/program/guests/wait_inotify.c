// inotify tells what happens to the files of a folder, in order.
#include "check.h"

#include <sys/inotify.h>

static char events[4096];
static long size, at;

static void expect(int fd, int watch, uint32_t mask, const char* name)
{
    if (at == size) {
        size = read(fd, events, sizeof events);
        CHECK(size > 0);
        at = 0;
    }
    const struct inotify_event* event = (const struct inotify_event*)(events + at);
    CHECK_EQ(event->wd, watch);
    CHECK_EQ(event->mask, mask);
    if (name != NULL) CHECK(strcmp(event->name, name) == 0);
    at += (long)sizeof *event + event->len;
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    CHECK_OK(fd);
    CHECK_ERRNO(read(fd, events, sizeof events), EAGAIN);
    const int watch = inotify_add_watch(fd, check_scratch, IN_CREATE | IN_MODIFY | IN_DELETE | IN_MOVE | IN_ATTRIB);
    CHECK_OK(watch);
    CHECK_ERRNO(inotify_add_watch(fd, in_scratch("none"), IN_CREATE), ENOENT);

    const int file = open(in_scratch("file"), O_WRONLY | O_CREAT, 0644);
    CHECK_EQ(write(file, "x", 1), 1);
    CHECK_OK(close(file));
    CHECK_OK(rename(in_scratch("file"), in_scratch("other")));
    CHECK_OK(unlink(in_scratch("other")));
    expect(fd, watch, IN_CREATE, "file");
    expect(fd, watch, IN_MODIFY, "file");
    expect(fd, watch, IN_MOVED_FROM, "file");
    expect(fd, watch, IN_MOVED_TO, "other");
    expect(fd, watch, IN_DELETE, "other");
    CHECK_OK(inotify_rm_watch(fd, watch));
    expect(fd, watch, IN_IGNORED, NULL);
    CHECK_ERRNO(inotify_rm_watch(fd, watch), EINVAL);
    return 0;
}
