"""Random selections of datasets, and digests of what numpy's own slicing takes from all the values."""
import h5py
import numpy as np
from h5py import h5s

EACH = 2
MOST_VALUES = 10_000


def draw(rng, extent):
    """What of one axis: an index, a slice, or a list of indices."""
    kind = rng.random()
    if kind < 0.25:
        return int(rng.integers(extent))
    if kind < 0.35:
        return sorted(int(i) for i in rng.choice(extent, min(extent, int(rng.integers(1, 5))), replace=False))
    start, stop = sorted(int(i) for i in rng.integers(0, extent + 1, 2))
    return {"start": start, "stop": stop, "step": int(rng.integers(1, 4))}


def take(values, selection):
    """Axis by axis from the last, so that axes that go do not move the others."""
    for axis in reversed(range(len(selection))):
        part = selection[axis]
        index = slice(part["start"], part["stop"], part["step"]) if isinstance(part, dict) else part
        values = values[(slice(None),) * axis + (index,)]
    return values


def digests(document, encoder, seed):
    """By path of dataset: selections, each with the shape and the digest of its values."""
    rng, found = np.random.default_rng(seed), {}
    for path, described in document["objects"].items():
        if described.get("chunks") is None or described.get("digest") is None or 0 in described["shape"]:
            continue
        if np.prod(described["shape"]) > MOST_VALUES and "paged" not in path:
            continue
        dataset = h5py.h5d.open(encoder.fid, path.encode())
        tid, shape = dataset.get_type(), described["shape"]
        raw = np.zeros((int(np.prod(shape)), tid.get_size()), "u1")
        dataset.read(h5s.ALL, h5s.ALL, raw, tid)
        values = raw.reshape(*shape, tid.get_size())
        found[path] = [one(encoder, tid, values, [draw(rng, extent) for extent in shape]) for _ in range(EACH)]
    return found


def one(encoder, tid, values, selection):
    lists = [axis for axis, part in enumerate(selection) if isinstance(part, list)]
    # h5py takes one list only.
    selection = [part[0] if axis in lists[1:] else part for axis, part in enumerate(selection)]
    taken = take(values, selection)
    rows = np.ascontiguousarray(taken).reshape(-1, tid.get_size())
    return {"selection": selection, "shape": list(taken.shape[:-1]), "digest": encoder.digest(rows, tid)}
