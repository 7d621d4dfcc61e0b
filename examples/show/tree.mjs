/** The objects below a group as a tree, one per line, with shapes, dtypes and attributes. */
export async function tree(group) {
  const lines = [`${group.path}${await attributes(group)}`];
  await addMembers(group, "", lines);
  return lines.join("\n");
}

async function addMembers(group, indent, lines) {
  const links = await group.links();
  for (const [i, link] of links.entries()) {
    const isLast = i === links.length - 1;
    const branch = `${indent}${isLast ? "└── " : "├── "}${link.name}`;
    if (link.kind !== "hard") {
      lines.push(`${branch} -> ${link.target ?? `${link.file}:${link.path}`}`);
      continue;
    }
    const object = await group.get(link.name);
    lines.push(`${branch}${describe(object)}${await attributes(object)}`);
    if (object.kind === "group") {
      await addMembers(object, `${indent}${isLast ? "    " : "│   "}`, lines);
    }
  }
}

function describe(object) {
  switch (object.kind) {
    case "group":
      return "/";
    case "dataset": {
      const chunks = object.chunks === null ? "" : `, chunks (${object.chunks.join(", ")})`;
      const filters = object.filters.map(({ name }) => `, ${name}`).join("");
      return `  ${object.dtype} (${object.shape.join(", ")})${chunks}${filters}`;
    }
    default:
      return `  type ${object.dtype}`;
  }
}

async function attributes(object) {
  const entries = await object.attrs.entries();
  return entries.map(([name, value]) => `  @${name} = ${text(value)}`).join("");
}

function text(value) {
  const plain = typeof value === "object" && value !== null && "toNested" in value ? value.toNested() : value;
  return JSON.stringify(plain, (_, item) => (typeof item === "bigint" ? Number(item) : item));
}
