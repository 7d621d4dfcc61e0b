"""What libhdf5 sees of the write matrix beyond the description, and edits of everything in it."""
import ctypes

import h5py
import numpy as np

from chunk_indexes import library
from describe import ALLOCATION, LAYOUTS, describe_file

INDEXES = ["btree1", "single", "implicit", "farray", "earray", "btree2"]


def index_of(dataset):
    kind = ctypes.c_int(-1)
    if library().H5Dget_chunk_index_type(ctypes.c_int64(dataset.id.id), ctypes.byref(kind)) < 0:
        raise RuntimeError("H5Dget_chunk_index_type")
    return INDEXES[kind.value] if 0 <= kind.value < len(INDEXES) else None


def facts(path):
    """Layout, time of allocation and chunk index of each dataset of a section; orders of links and attributes of each object."""
    found = {}
    with h5py.File(path, "r") as file:
        for section in file.values():
            for cell in section.values():
                found[cell.name] = fact = {"attributeOrder": list(cell.attrs)}
                if isinstance(cell, h5py.Dataset):
                    plist = cell.id.get_create_plist()
                    fact["layout"] = LAYOUTS[plist.get_layout()]
                    fact["allocation"] = ALLOCATION[plist.get_alloc_time()]
                    fact["index"] = index_of(cell) if fact["layout"] == "chunked" else None
                elif isinstance(cell, h5py.Group):
                    fact["linkOrder"] = list(cell)
    return found


def edit_dataset(dataset, number):
    if dataset.shape is None or dataset.ndim == 0 or 0 in dataset.shape:
        return
    if dataset.chunks is not None:
        step = -2 if number % 3 == 0 else 3
        shape = [
            max(1, n + step) if most is None else max(1, min(most, n + step))
            for n, most in zip(dataset.shape, dataset.maxshape)
        ]
        dataset.resize(shape)
    if dataset.dtype.kind in "iuf" and h5py.check_enum_dtype(dataset.dtype) is None:
        dataset[tuple(n - 1 for n in dataset.shape)] = 17
        dataset[tuple(slice(0, n, 2) for n in dataset.shape)] = 5


def edit_object(cell, tag, number):
    for name in sorted(cell.attrs)[::3]:
        del cell.attrs[name]
    for index in range(10):
        cell.attrs["%s %d" % (tag, index)] = index if index % 2 else "text %d" % index
    del cell.attrs["%s 4" % tag]
    # Not by overwriting: libhdf5 loses the order of dense attributes that are renamed, which is how h5py overwrites.
    del cell.attrs["%s 5" % tag]
    cell.attrs["%s 5" % tag] = np.arange(30 + number % 7)


def edit_links(group, tag):
    for name in sorted(group, key=lambda text: text.encode())[::3]:
        del group[name]
    for index in range(10):
        group["%s %d" % (tag, index)] = h5py.SoftLink("/nowhere") if index % 4 == 1 else index
    del group["%s 2" % tag]


def edit_all(path, tag):
    """Adds and deletes links and attributes everywhere, resizes and overwrites every dataset, deletes some."""
    with h5py.File(path, "r+") as file:
        for section in file.values():
            for number, name in enumerate(sorted(section, key=lambda text: text.encode())):
                cell = section[name]
                if number % 7 == 6:
                    del section[name]
                    continue
                try:
                    edit_object(cell, tag, number)
                    if isinstance(cell, h5py.Dataset):
                        edit_dataset(cell, number)
                    elif isinstance(cell, h5py.Group):
                        edit_links(cell, tag)
                except Exception as error:
                    raise RuntimeError("%s: %s" % (cell.name, error)) from error
    return describe_file(path)


COMMANDS = {"write_matrix_facts": facts, "write_matrix_edit": edit_all}
