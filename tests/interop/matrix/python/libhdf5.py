"""Calls of libhdf5 past h5py, each of which raises with libhdf5's own reason when it is refused."""
import ctypes
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[4] / "packages/testing/python"))
sys.dont_write_bytecode = True

import h5py  # noqa: E402, F401
from hdf5_library import LIB  # noqa: E402

ID = ctypes.c_int64
VERSION = tuple(int(part) for part in h5py.version.hdf5_version.split(".")[:2])


class Refused(Exception):
    """libhdf5 does not do that; the text is its reason."""


class ErrorRecord(ctypes.Structure):
    _fields_ = [
        ("class_id", ID), ("major", ID), ("minor", ID), ("line", ctypes.c_uint), ("function", ctypes.c_char_p),
        ("file", ctypes.c_char_p), ("text", ctypes.c_char_p),
    ]


WALK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.POINTER(ErrorRecord), ctypes.c_void_p)


def reason():
    """The innermost line of libhdf5's error stack: the one that says what was wrong."""
    lines = []

    def note(_depth, record, _data):
        lines.append((record.contents.text or b"").decode())
        return 0

    # Upwards: from where the error was found to the function that was called.
    LIB.H5Ewalk2(ID(0), ctypes.c_int(0), WALK(note), None)
    return lines[0] if lines else "no reason given"


def plain(argument):
    if isinstance(argument, int):
        return ID(argument)
    if hasattr(argument, "ctypes"):
        return ctypes.c_void_p(argument.ctypes.data)
    return ID(argument.id) if hasattr(argument, "id") else argument


def call(name, *arguments, result=ctypes.c_int):
    """Calls a function; numbers go as 64 bits, which identifiers and sizes are and smaller ones survive."""
    function = getattr(LIB, name, None)
    if function is None:
        raise Refused(f"this libhdf5 has no {name}")
    function.restype = result
    answer = function(*map(plain, arguments))
    if answer is None or (isinstance(answer, int) and answer < 0):
        raise Refused(reason())
    return answer
