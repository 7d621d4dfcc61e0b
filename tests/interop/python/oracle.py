"""Answers questions about HDF5 files with h5py: one JSON object per line in, one per line out."""
import json
import os
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import canonical
import chunk_indexes
import datatypes
import dense
import describe
import matrix
import operations
import portraits
import references
import rich
import scenarios
import script
import selections
import write_matrix

COMMANDS = {}
for module in (canonical, chunk_indexes, datatypes, dense, describe, matrix, operations, portraits, references, rich, scenarios, script, selections, write_matrix):
    COMMANDS.update(module.COMMANDS)

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"ok": COMMANDS[request["command"]](**request["args"])}
    except Exception:
        answer = {"error": traceback.format_exc()}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
