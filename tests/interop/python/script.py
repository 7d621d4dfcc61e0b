"""Runs what a test says in Python on an open file: for what has too little in common to be a command of its own."""
import h5py
import numpy as np


def script(path, mode, code, libver="earliest", **given):
    bound = {} if mode == "r" else {"libver": libver}
    with h5py.File(path, mode, **bound) as f:
        scope = {"h5py": h5py, "np": np, "f": f, "answer": None, **given}
        exec(code, scope)
        return scope["answer"]


COMMANDS = {"script": script}
