import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = `
import json, math, sys
import h5py

def plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value

def comparable(array):
    import numpy
    array = numpy.asarray(array)
    return {"shape": list(array.shape), "values": [plain(value) for value in array.reshape(-1).tolist()]}

def content(path):
    datasets, attributes = {}, {}
    def visit(name, item):
        attributes[name] = {key: comparable(value) for key, value in item.attrs.items()}
        if isinstance(item, h5py.Dataset):
            datasets[name] = comparable(item[()])
    with h5py.File(path, "r") as file:
        visit("/", file)
        file.visititems(lambda name, item: visit("/" + name, item))
    return {"datasets": datasets, "attributes": attributes}

print(json.dumps({path: content(path) for path in sys.argv[1:]}))
`;

const VERSIONS = "import h5py; print(h5py.__version__, h5py.version.hdf5_version)";

/** The Pythons here that have h5py, each version once: `{ python, h5py, hdf5 }`. */
export function pythonsWithH5py() {
  const found = new Map();
  const inProject = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
  for (const python of [process.env.HDFIVE_PYTHON_NEWEST, inProject, "/usr/bin/python3", "python3", "python"]) {
    if (python === undefined || python === "") continue;
    const { status, stdout } = spawnSync(python, ["-c", VERSIONS], { encoding: "utf8" });
    if (status === 0) {
      const [h5py, hdf5] = stdout.trim().split(" ");
      const key = `${h5py} ${hdf5}`;
      if (!found.has(key)) found.set(key, { python, h5py, hdf5 });
    }
  }
  return [...found.values()];
}

/** What h5py finds in files, by path. */
export function h5pyContent(python, paths) {
  const { status, stdout, stderr, error } = spawnSync(python, ["-c", SCRIPT, ...paths], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`h5py failed: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
  }
  return JSON.parse(stdout);
}
