"""Makes random files: arguments are a folder, a name, a seed and how many.

The file of seed N is NAME N.h5, and NAME N.json has what libhdf5 reads in it, and what it refused, or
the signal that ended libhdf5 as it made the file.
"""
import json
import os
import random
import sys
import traceback

import libhdf5  # noqa: F401  (first: it finds the other modules)

import h5py
import numpy as np
from expected import Document
from random_structures import Structures


def versions():
    """Bounds of versions that this library takes: a lowest, or a lowest and a highest."""
    newer = [bound for bound in ("v112", "v114") if libhdf5.VERSION >= (1, int(bound[2:]))]
    return ["earliest", "v108", "v110", *newer, "latest", ("earliest", "v108"), ("earliest", "v110"), ("v108", "v110")]


def settings(rng):
    """How a file is made: bounds of versions, lists of free space, block of the user."""
    chosen = {"track_order": rng.random() < 0.3}
    if rng.random() < 0.4:
        chosen["fs_strategy"] = rng.choice(["fsm", "page", "aggregate", "none"])
        chosen["fs_persist"] = rng.random() < 0.5
    if chosen.get("fs_strategy") != "page" and rng.random() < 0.15:
        chosen["userblock_size"] = rng.choice([512, 1024, 4096])
    return chosen


def make(folder, name, seed):
    rng, path, refused = random.Random(seed), os.path.join(folder, f"{name} {seed}.h5"), {}
    np.random.seed(seed)
    libver, mode, more = rng.choice(versions()), "w", settings(rng)
    if "fs_strategy" in more and isinstance(libver, tuple):
        # Libraries before 1.10 know of no strategies.
        libver = "latest"
    for session in range(rng.choice([1, 1, 2, 3])):
        with h5py.File(path, mode, libver=libver, **more) as file:
            structures = Structures(file, rng, refused, session)
            for _ in range(rng.choice([2, 10, 30, 60])):
                structures.step()
            structures.rows.kept.clear()
        mode, more = "r+", {}
        # An upper bound may be below what is in the file already.
        libver = rng.choice([version for version in versions() if isinstance(version, str)])
    with open(os.path.join(folder, f"{name} {seed}.json"), "w", encoding="utf8") as out:
        json.dump({"document": Document(path).build(), "refused": refused, "cells": 0, "selections": {}}, out)


def make_apart(folder, name, seed):
    """In a process of its own, since libhdf5 sometimes ends it; there is then no file."""
    child = os.fork()
    if child == 0:
        try:
            make(folder, name, seed)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        with open(os.path.join(folder, f"{name} {seed}.json"), "w", encoding="utf8") as out:
            json.dump({"crashed": os.WTERMSIG(status)}, out)
    elif status != 0:
        sys.exit(f"seed {seed} failed")


if __name__ == "__main__":
    folder, name, seed, count = sys.argv[1:]
    for i in range(int(count)):
        make_apart(folder, name, int(seed) + i)
