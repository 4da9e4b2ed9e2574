// Signals from outside. It says what it gets, for whoever sends to it to see.
#include "check.h"

#include <poll.h>

static volatile sig_atomic_t interrupts;

static void on_signal(int signal, siginfo_t* info, void* context)
{
    (void)context;
    char text[64];
    const int size = snprintf(text, sizeof text, "%d from %s\n", signal, info->si_pid == getppid() ? "its parent" : "another");
    if (write(STDOUT_FILENO, text, (size_t)size) < 0) _exit(2);
    if (signal == SIGINT && ++interrupts == 2) _exit(42);
}

int main(int argc, char** argv)
{
    scratch_from(argc, argv);
    if (argc == 2) return 0;
    const char* what = argv[2];
    if (strcmp(what, "handle") == 0) {
        handle(SIGINT, on_signal, SA_RESTART);
        handle(SIGWINCH, on_signal, SA_RESTART);
    } else if (strcmp(what, "ignore") == 0) {
        signal(SIGINT, SIG_IGN);
    } else if (strcmp(what, "await") == 0) {
        sigset_t wanted;
        sigemptyset(&wanted);
        sigaddset(&wanted, SIGTERM);
        sigaddset(&wanted, SIGWINCH);
        CHECK_EQ(sigprocmask(SIG_BLOCK, &wanted, NULL), 0);
        CHECK_EQ(write(STDOUT_FILENO, "ready\n", 6), 6);
        for (int got = 0; got != SIGTERM;) {
            CHECK_EQ(sigwait(&wanted, &got), 0);
            char text[32];
            const int size = snprintf(text, sizeof text, "%d\n", got);
            CHECK_EQ(write(STDOUT_FILENO, text, (size_t)size), size);
        }
    } else if (strcmp(what, "raise") == 0) {
        raise(SIGTERM);
    } else if (strcmp(what, "stop") == 0) {
        raise(SIGSTOP);
    }
    char text[] = "ready\n";
    CHECK_EQ(write(STDOUT_FILENO, text, strlen(text)), strlen(text));
    // Until its input ends.
    char byte;
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    puts("done");
    return 0;
}
