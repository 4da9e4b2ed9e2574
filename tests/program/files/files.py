# Files in every way that Python has: paths, archives, databases, memory maps, locks, temporary ones.
import contextlib, fcntl, glob, hashlib, io, mmap, os, pathlib, shutil, sqlite3, stat, tarfile, tempfile, zipfile

here = pathlib.Path(".")
(here / "made" / "by" / "python").mkdir(parents=True)
for i in range(20):
    (here / "made" / f"file{i:02}.txt").write_text("line\n" * i)
print(sorted(str(path) for path in here.glob("made/*1*.txt")))
for folder, folders, files in os.walk("folder"):
    print(folder, sorted(folders), sorted(files))
shutil.copytree("folder", "made/copy")
os.rename("made/file00.txt", "made/renamed.txt")
os.link("made/file05.txt", "made/hard")
os.symlink("file06.txt", "made/soft")
print(os.stat("made/hard").st_nlink, os.readlink("made/soft"), stat.filemode(os.lstat("made/soft").st_mode))
with contextlib.suppress(FileNotFoundError):
    os.unlink("made/none")
os.chmod("made/file07.txt", 0o600)
os.truncate("made/file08.txt", 7)
os.utime("made/file09.txt", (1, 2))
print(os.stat("made/file09.txt").st_mtime, os.path.getsize("made/file08.txt"), os.access("made/file07.txt", os.X_OK))

with zipfile.ZipFile("made/archive.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for name in sorted(glob.glob("made/*.txt")):
        archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), open(name).read(), zipfile.ZIP_DEFLATED)
with zipfile.ZipFile("made/archive.zip") as archive:
    print(archive.testzip(), len(archive.namelist()), archive.read("made/file03.txt"))


def plain(info):
    info.mtime = info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


with tarfile.open("made/archive.tar.xz", "w:xz") as archive:
    archive.add("folder", filter=plain)
with tarfile.open("made/archive.tar.xz") as archive:
    print(sorted(archive.getnames()))

with open("made/mapped", "w+b") as file:
    file.truncate(10000)
    with mmap.mmap(file.fileno(), 0) as memory:
        memory[5000:5005] = b"hello"
        memory.flush()
        print(memory.find(b"hello"), len(memory))
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(file, fcntl.LOCK_EX, 100, 0)

base = sqlite3.connect("made/base.sqlite")
with base:
    base.execute("create table people (number integer primary key, town text, born integer)")
    rows = [line.split(",")[:3] for line in open("people.csv").read().splitlines()[1:]]
    base.executemany("insert into people values (?, ?, ?)", rows)
    base.execute("create index by_town on people (town, born)")
print(base.execute("select town, count(*), min(born) from people group by town order by 2 desc, 1").fetchall())
with contextlib.suppress(ZeroDivisionError):
    with base:
        base.execute("delete from people")
        1 / 0
print(base.execute("select count(*) from people").fetchone())
base.close()

with tempfile.TemporaryDirectory(dir=".") as folder, tempfile.TemporaryFile(dir=".") as file:
    file.write(b"x" * 100000)
    file.seek(99999)
    print(file.read(), os.listdir(folder))
print(hashlib.sha256(open("made/base.sqlite", "rb").read()).hexdigest())
