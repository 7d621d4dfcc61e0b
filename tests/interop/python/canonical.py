"""Small files, each with one thing in it, as libhdf5 lays them out."""
import base64
import os

import h5py
import numpy as np


def one_chunk(file):
    file.create_dataset("data", data=np.arange(20, dtype="<i4"), chunks=(20,), compression=4)


def chunks(file):
    file.create_dataset("data", data=np.arange(20, dtype="<i4"), chunks=(8,))


def growing(file):
    file.create_dataset("data", data=np.arange(20, dtype="<i4"), chunks=(8,), maxshape=(None,))


FILES = {
    "empty": lambda file: None,
    "group": lambda file: file.create_group("group"),
    "scalar": lambda file: file.create_dataset("data", data=np.int32(7)),
    "contiguous": lambda file: file.create_dataset("data", data=np.arange(20, dtype="<i4")),
    "unwritten": lambda file: file.create_dataset("data", (20,), dtype=">f8", fillvalue=1.5),
    "one chunk": one_chunk,
    "chunks": chunks,
    "growing": growing,
    "attribute": lambda file: file.attrs.create("one", np.arange(3, dtype="<i2")),
    "text attribute": lambda file: file.attrs.create("text", "x"),
    "soft link": lambda file: file.__setitem__("soft", h5py.SoftLink("/nowhere")),
}


def canonical(folder, libver):
    """The bytes of each file."""
    found = {}
    for name, write in FILES.items():
        path = os.path.join(folder, "canonical.h5")
        with h5py.File(path, "w", libver=(libver, "latest")) as file:
            write(file)
        with open(path, "rb") as stored:
            found[name] = base64.b64encode(stored.read()).decode()
    return found


COMMANDS = {"canonical": canonical}
