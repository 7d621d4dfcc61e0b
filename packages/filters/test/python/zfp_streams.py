"""Makes fixtures/zfp.json: chunks that the ZFP plugin (Debian: hdf5-filter-plugin-zfp-serial) stored, and digests of what it reads.

zfp_streams.py FILE [COPIES]
"""

import base64
import hashlib
import json
import struct
import sys
import tempfile

import h5py
import numpy

ZFP = 32013
COPIES = int(sys.argv[2]) if len(sys.argv) > 2 else 1


def words(value):
    return struct.unpack("<II", struct.pack("<d", value))


# The mode, a gap, and its parameters, as H5Z-ZFP takes them.
MODES = {
    "rate 4": (1, 0, *words(4)),
    "rate 11.5": (1, 0, *words(11.5)),
    "rate 30": (1, 0, *words(30)),
    "precision 5": (2, 0, 5),
    "precision 19": (2, 0, 19),
    "precision 60": (2, 0, 60),
    "accuracy 0.01": (3, 0, *words(0.01)),
    "accuracy 1e-12": (3, 0, *words(1e-12)),
    "expert": (4, 0, 100, 900, 22, 2**32 - 20),
    "reversible": (5,),
}
SHAPES = [(13,), (7, 6), (5, 3, 6), (5, 2, 3, 5)]
random = numpy.random.default_rng(1)


def arrays(length):
    at = numpy.arange(length)
    noise = random.integers(-(2**31), 2**31, length).astype("f8")
    special = numpy.array([0, -0.0, numpy.nan, numpy.inf, -numpy.inf, 5e-324, -2e-310, 1e-45, 1.5, -1e300, 3e38])
    yield "float waves", (100 * numpy.sin(at / 9)).astype("<f4")
    yield "double waves", (numpy.cos(at / 5) / 3).astype("<f8")
    yield "float mixed", numpy.where(at % 7 == 0, 0, noise * 2.0 ** (at % 60 - 45)).astype("<f4")
    yield "double mixed", numpy.where(at % 90 > 40, 0, noise * 2.0 ** (at % 40 - 30)).astype("<f8")
    yield "int32 steps", ((at >> 3) * 1000 - 40_000).astype("<i4")
    yield "int32 noise", (noise / 8).astype("<i4")
    yield "int64 steps", (at * 12_345_678 - 10**9).astype("<i8")
    yield "int64 noise", (noise.astype("<i8") * (at + 3) ** 3)
    yield "float special", special[at * 5 % 11].astype("<f4")
    yield "double special", special[at * 5 % 11].astype("<f8")


def main(target):
    streams = []
    with tempfile.NamedTemporaryFile(suffix=".h5") as scratch, h5py.File(scratch.name, "w") as file:
        for copy in range(COPIES):
            for nth, (mode, options) in enumerate(MODES.items()):
                shapes = [SHAPES[nth % 4], SHAPES[(nth + 1 + nth // 4) % 4]] if COPIES == 1 else SHAPES
                for shape in shapes:
                    for what, array in arrays(int(numpy.prod(shape))):
                        if what.startswith("int") and mode.startswith("accuracy"):
                            continue  # zfp knows no accuracy of integers
                        if what.endswith("special") and mode != "reversible":
                            continue  # only this mode keeps them
                        name = "%s, %s, %s%s" % (mode, what, " x ".join(map(str, shape)), " %d" % copy if copy else "")
                        dataset = file.create_dataset(
                            name.replace("/", ""),
                            data=array.reshape(shape),
                            chunks=shape,
                            compression=ZFP,
                            compression_opts=options,
                        )
                        file.flush()
                        _, stored = dataset.id.read_direct_chunk((0,) * len(shape))
                        client_data = dataset.id.get_create_plist().get_filter(0)[2]
                        streams.append([name, [int(value) for value in client_data], bytes(stored), array.nbytes])
        # Opened anew, so that what is read was decompressed.
        file.close()
        with h5py.File(scratch.name, "r") as again:
            lines = []
            for name, client_data, stored, size in streams:
                read = again[name][...].tobytes()
                lines.append(
                    json.dumps(
                        {
                            "name": name,
                            "clientData": client_data,
                            "stored": base64.b64encode(stored).decode(),
                            "size": size,
                            "sha256": hashlib.sha256(read).hexdigest(),
                        }
                    )
                )
    with open(target, "w") as out:
        out.write("[\n" + ",\n".join(lines) + "\n]\n")


main(sys.argv[1])
