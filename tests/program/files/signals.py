# Signals as Python sees them, then an exception that nobody catches.
import os, signal, sys, time

seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
print(seen)


def out_of_time(number, frame):
    raise TimeoutError("after a while")


signal.signal(signal.SIGALRM, out_of_time)
signal.setitimer(signal.ITIMER_REAL, 0.01)
try:
    while True:
        pass
except TimeoutError as error:
    print(error)
signal.setitimer(signal.ITIMER_REAL, 0.01)
try:
    time.sleep(1000)
except TimeoutError as error:
    print(error)
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1000)
except KeyboardInterrupt:
    print("interrupted")
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.kill(os.getpid(), signal.SIGUSR1)
print(signal.sigpending(), signal.sigtimedwait([signal.SIGUSR1], 10).si_signo)
print(os.read(os.open("prose.txt", os.O_RDONLY), 20), sys.stdin.read())


def deep(depth):
    return depth / 0 if depth == 3 else deep(depth + 1)


sys.stdout.flush()
deep(0)
