// Counts on from where it was frozen: proves that memory of every kind goes with it, and that thaws do not see each other.
#include "../guests/check.h"

#include <husk/guest.h>

static int in_data = 40;
static int in_bss[100000];
static __thread int in_thread = 7;

int main(int argc, char** argv)
{
    int* on_heap = malloc(1 << 20);
    int on_stack = 5;
    CHECK(on_heap != NULL);
    on_heap[1000] = 3;
    in_bss[99999] = 2;
    in_data += argc - 1;
    const long number = husk_freeze_here();
    if (number == -HUSK_ENOSYS) return 0;  // natively
    CHECK(number >= 0);
    for (int i = 0; i < 2; ++i) {
        ++in_data, ++in_bss[99999], ++in_thread, ++on_heap[1000], ++on_stack;
        printf("%ld: %d %d %d %d %d\n", number, in_data, in_bss[99999], in_thread, on_heap[1000], on_stack);
    }
    CHECK_EQ(husk_freeze_here(), 0);
    printf("%s %d\n", argv[0] != NULL ? "goes" : "no", (int)(getpid() > 0));
    return 0;
}
