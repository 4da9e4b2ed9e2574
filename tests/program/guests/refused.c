// What Husk does not serve: other processes and sockets, and what would reach around it. Natively only that these are there.
#include "check.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int status_of(pid_t child)
{
    int status = 0;
    CHECK_EQ(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

static void natively(void)
{
    const pid_t forked = fork();
    CHECK_OK(forked);
    if (forked == 0) _exit(3);
    CHECK_EQ(status_of(forked), 3);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK_OK(fd);
    CHECK_OK(close(fd));
}

static void within(void)
{
    CHECK_ERRNO(fork(), ENOSYS);
    CHECK_ERRNO(syscall(SYS_fork), ENOSYS);
    CHECK_ERRNO(syscall(SYS_vfork), ENOSYS);
    char* const none[] = {NULL};
    CHECK_ERRNO(execve("/bin/true", none, none), ENOSYS);
    CHECK_ERRNO(syscall(SYS_execveat, -100, "/bin/true", none, none, 0), ENOSYS);
    CHECK_ERRNO(socket(AF_UNIX, SOCK_STREAM, 0), ENOSYS);
    int pair[2];
    CHECK_ERRNO(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ENOSYS);
    static const long kNever[] = {SYS_ptrace,  SYS_bpf,         SYS_userfaultfd,     SYS_io_uring_setup,   SYS_mount,
                                  SYS_umount2, SYS_init_module, SYS_finit_module,    SYS_delete_module,    SYS_kexec_load,
                                  SYS_reboot,  SYS_pivot_root,  SYS_perf_event_open, SYS_process_vm_readv, SYS_process_vm_writev,
                                  SYS_unshare, SYS_setns,       SYS_keyctl,          SYS_swapon,           SYS_open_by_handle_at};
    for (size_t i = 0; i < sizeof kNever / sizeof kNever[0]; ++i) {
        errno = 0;
        CHECK_EQ(syscall(kNever[i], 0, 0, 0, 0, 0, 0), -1);
        CHECK(errno == ENOSYS || errno == EPERM);
    }
    CHECK_ERRNO(waitpid(-1, NULL, 0), ECHILD);
}

int main(void)
{
    if (under_husk())
        within();
    else
        natively();
    return 0;
}
