"""Which sockets processes have: source for programs that look at their own children."""

SOCKETS = """
from pathlib import Path

def own(pid):
    found = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = str(fd.readlink())
        except OSError:
            continue
        if name.startswith("socket:["):
            found.add(name[8:-1])
    return found

def children(pid):
    held = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                held += [int(folder.name), *children(int(folder.name))]
    return held
"""
