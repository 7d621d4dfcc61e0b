"""The libhdf5 that h5py has loaded, for what h5py does not offer."""

import ctypes

SAFE = 2**53 - 1


class GroupInfo(ctypes.Structure):
    _fields_ = [("storage", ctypes.c_int), ("links", ctypes.c_uint64), ("order", ctypes.c_int64), ("mounted", ctypes.c_bool)]


def load_library():
    with open("/proc/self/maps", encoding="utf8") as maps:
        paths = sorted({line.split()[-1] for line in maps if "libhdf5" in line and "_hl" not in line})
    for path in paths:
        library = ctypes.CDLL(path)
        if hasattr(library, "H5Gget_info"):
            return library
    raise OSError("libhdf5 is not loaded")


LIB = load_library()
LIB.H5Rget_region.restype = ctypes.c_int64
LIB.H5Tget_tag.restype = ctypes.c_void_p


def ask(name, ident, *results):
    """Calls a function that stores its answers at pointers."""
    if getattr(LIB, name)(ctypes.c_int64(ident), *(ctypes.byref(result) for result in results)) < 0:
        raise OSError(f"{name} failed")
    return [result.value for result in results]


def number(value):
    return int(value) if abs(int(value)) <= SAFE else str(int(value))


def text(data):
    try:
        return data.decode("utf8")
    except UnicodeDecodeError:
        return data.decode("latin1")


def comment_of(oid):
    """The comment of an object; h5py gives whatever is in its memory where there is none."""
    LIB.H5Oget_comment.restype = ctypes.c_ssize_t
    length = LIB.H5Oget_comment(ctypes.c_int64(oid.id), None, ctypes.c_size_t(0))
    if length <= 0:
        return b""
    buffer = ctypes.create_string_buffer(length + 1)
    LIB.H5Oget_comment(ctypes.c_int64(oid.id), buffer, ctypes.c_size_t(length + 1))
    return buffer.value
