"""Datasets: every two values of two axes meet in a cell; on demand every storage, filter and datatype meet."""
import ctypes
import itertools
import random
import zlib

import numpy as np
from cell_axes import FILLS, FILTERS, LARGE_CELLS, STORAGES, properties
from h5py import h5d, h5s, h5t
from libhdf5 import ID, Refused, call
from sample_types import all_types

TRIES = 60


def axes():
    states = sorted({state for storage in STORAGES.values() for state in storage[3]})
    others = {"filters": list(FILTERS), "type": list(all_types()), "fill": list(FILLS)}
    return {"storage": list(STORAGES), "state": states, "rank": range(5), **others}


def is_meaningful(cell):
    """
    Filters are for chunks; an implicit index has none, since with filters it would be the fixed one again. The nbit filter
    of libhdf5 does not refuse data of variable length, but ends the process.
    """
    layout, ranks, _, states, _ = STORAGES[cell["storage"]]
    takes_filters = layout == "chunked" and cell["storage"] != "implicit"
    if cell["type"].startswith(("vlen", "text")) and any(name in cell["filters"] for name in ("nbit", "all but szip")):
        return False
    if "revised" in cell["type"] and cell["fill"].startswith("user"):
        # libhdf5 makes them, and then cannot open them.
        return False
    return cell["rank"] in ranks and cell["state"] in states and (cell["filters"] == "none" or takes_filters)


def pairwise(seed):
    """Cells in which every two values of two axes meet that can."""
    rng, values, met = random.Random(seed), axes(), set()
    wanted = [
        ((a, x), (b, y)) for a, b in itertools.combinations(values, 2) for x in values[a] for y in values[b]
    ]
    rng.shuffle(wanted)
    for pair in wanted:
        if pair in met:
            continue
        for _ in range(TRIES):
            cell = {name: rng.choice(some) for name, some in values.items()} | dict(pair)
            if is_meaningful(cell):
                met.update(itertools.combinations(cell.items(), 2))
                yield cell
                break


def threefold(seed):
    """Cells in which every storage, every filter and every datatype meet."""
    rng, values = random.Random(seed), axes()
    for storage, filters, datatype in itertools.product(values["storage"], values["filters"], values["type"]):
        drawn = {"state": rng.choice(STORAGES[storage][3]), "rank": rng.choice(STORAGES[storage][1])}
        cell = {"storage": storage, **drawn, "filters": filters, "type": datatype, "fill": rng.choice(values["fill"])}
        if is_meaningful(cell):
            yield cell


def large():
    for name, filters, datatype, rank in LARGE_CELLS:
        yield {"storage": name, "state": "partly", "rank": rank, "filters": filters, "type": datatype, "fill": "user"}


def name_of(cell):
    return " | ".join([f"{cell['storage']} {cell['state']}", f"rank {cell['rank']}", cell["filters"], cell["type"], cell["fill"]])


def make_cells(file, cells, rows):
    """Makes the datasets; those that libhdf5 refuses are in the answer, with its reason."""
    refused, types = {}, all_types()
    for cell in cells:
        name, group = name_of(cell), file.require_group(cell["storage"])
        try:
            make_cell(group, name.encode(), cell, types[cell["type"]](), rows)
        except (Refused, ValueError, RuntimeError, OSError) as error:
            refused[name] = str(error)
            if name in group:
                del group[name]
    return refused


def make_cell(group, name, cell, tid, rows):
    storage, state, rank = cell["storage"], cell["state"], cell["rank"]
    rows.gentle = "scale-offset" in cell["filters"]
    plist, shape, largest = properties(storage, rank, cell["filters"], cell["fill"], tid, rows)
    # Those that grow begin smaller, those that shrink end so.
    smaller = tuple(max(1, extent - 2) for extent in shape)
    first = smaller if state == "grown" else shape
    space = h5s.create(h5s.SCALAR) if rank == 0 else h5s.create_simple(first, largest or first)
    did = h5d.create(group.id, name, tid, space, plist)
    if state in ("full", "grown", "shrunk"):
        write(did, tid, rows, (0,) * rank, first)
    elif state == "partly":
        corner = tuple(min(extent // 2 + 1, 9) for extent in shape)
        write(did, tid, rows, (0,) * rank, corner)
        write(did, tid, rows, tuple(extent - 1 for extent in shape), (1,) * rank)
    if cell["filters"] == "masks" and state != "none":
        mask_chunks(did, tid, first)
    if state in ("grown", "shrunk"):
        did.set_extent(shape if state == "grown" else smaller)


def write(did, tid, rows, start, count):
    data = np.ascontiguousarray(rows.make(tid, int(np.prod(count, dtype=int))))
    where = did.get_space()
    memory = h5s.create(h5s.SCALAR) if count == () else h5s.create_simple(count)
    if count != ():
        where.select_hyperslab(start, count)
    call("H5Dwrite", did, tid, memory, where, ID(0), data)


def mask_chunks(did, tid, shape):
    """
    Writes chunks with other filter masks: without the checksum, and without one, both or none of the other filters. Where
    a chunk takes as many bytes as before, libhdf5 forgets to store its new mask, and cannot read it afterwards.
    """
    if call("H5Tdetect_class", tid, ctypes.c_int(h5t.VLEN)) or call("H5Tdetect_class", tid, ctypes.c_int(h5t.REFERENCE)):
        return
    size, sides = tid.get_size(), did.get_create_plist().get_chunk()
    whole = np.zeros((int(np.prod(shape)), size), "u1")
    did.read(h5s.ALL, h5s.ALL, whole, tid)
    whole = whole.reshape(*shape, size)
    for at in itertools.islice(itertools.product(*(range(0, n, side) for n, side in zip(shape, sides))), 40):
        part = whole[tuple(slice(start, start + side) for start, side in zip(at, sides))]
        chunk = np.zeros((*sides, size), "u1")
        chunk[tuple(slice(0, n) for n in part.shape)] = part
        mask = 4 + (sum(at) % 5 if sum(at) % 5 < 4 else 0)
        data = chunk.reshape(-1, size)
        stored = (data if mask & 1 or size == 1 else np.ascontiguousarray(data.T)).tobytes()
        did.write_direct_chunk(at, stored if mask & 2 else zlib.compress(stored), mask)

