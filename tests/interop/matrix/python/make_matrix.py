"""Makes a file of the matrix: arguments are a folder, a name, how many cells ("pairs" or "all"), and a bound of versions.

There are then NAME.h5, and NAME.json with what libhdf5 reads in it, random selections, and what it refused.
"""
import json
import os
import sys

import libhdf5  # noqa: F401  (first: it finds the other modules)

import h5py
from cells import large, make_cells, pairwise, threefold
from expected import Document
from links import make_attributes, make_groups, make_links, make_targets
from sample_rows import Rows
from selections import digests


def make(folder, name, amount, libver):
    path = os.path.join(folder, f"{name}.h5")
    seed = sum(map(ord, name))
    refused = {}
    with h5py.File(path, "w", libver=libver) as file:
        targets, regions = make_targets(file)
        rows = Rows(seed, file.id, targets, regions)
        make_groups(file, refused)
        make_links(file, os.path.basename(path))
        make_attributes(file, rows, refused)
        cells = [*(pairwise(seed) if amount == "pairs" else threefold(seed))]
        if libver not in ("earliest", "v108"):
            # Those have no extensible arrays, and libhdf5 takes a minute for as many chunks in a B-tree.
            cells += large()
        refused.update(make_cells(file, cells, rows))
        rows.kept.clear()
    source = Document(path)
    document = source.build()
    answer = {"document": document, "refused": refused, "cells": len(cells), "selections": digests(document, source.encoder, seed)}
    with open(os.path.join(folder, f"{name}.json"), "w", encoding="utf8") as out:
        json.dump(answer, out)


if __name__ == "__main__":
    make(*sys.argv[1:])
