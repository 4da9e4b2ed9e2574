# Threads: a queue, a pool, locks, events, and an event loop that hands work to a pool.
import asyncio, concurrent.futures, hashlib, queue, threading, time

total = 0
lock = threading.Lock()


def add(count):
    global total
    for _ in range(count):
        with lock:
            total += 1


threads = [threading.Thread(target=add, args=(2000,)) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(total)

jobs, results = queue.Queue(), queue.Queue()


def worker():
    while (job := jobs.get()) is not None:
        results.put((job, hashlib.sha256(str(job).encode() * 100000).hexdigest()[:8]))


workers = [threading.Thread(target=worker) for _ in range(3)]
[thread.start() for thread in workers]
[jobs.put(job) for job in range(30)]
[jobs.put(None) for _ in workers]
[thread.join() for thread in workers]
print(sorted(results.queue))

with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(list(pool.map(lambda x: x * x, range(20))))
event, barrier = threading.Event(), threading.Barrier(3)
threading.Timer(0.01, event.set).start()
print(event.wait(60))


class Loop(asyncio.SelectorEventLoop):
    """Without the pair of sockets by which a loop is woken; here it wakes up by itself."""

    def _make_self_pipe(self):
        self._internal_fds += 1

    def _close_self_pipe(self):
        self._internal_fds -= 1

    def _write_to_self(self):
        pass


async def count(name, log):
    for i in range(3):
        await asyncio.sleep(0.001)
        log.append((name, i))
    return name


async def ticking(future):
    while not future.done():
        await asyncio.sleep(0.001)


async def main():
    log = []
    print(await asyncio.gather(count("a", log), count("b", log)), sorted(log))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        future = asyncio.get_running_loop().run_in_executor(pool, hashlib.sha256, b"x" * 1000000)
        await ticking(future)
    print((await future).hexdigest()[:16])
    try:
        await asyncio.wait_for(asyncio.sleep(100), 0.01)
    except asyncio.TimeoutError:
        print("out of time")


loop = Loop()
loop.run_until_complete(main())
loop.close()
