/** docs/manifest.md: the manifest field by field, from its JSON Schema. */
export function manifestPage(schema) {
  const { definitions } = schema;
  const states = schema.oneOf.map(({ $ref }) => nameOf($ref));
  const order = reachable(definitions, states);
  return `${[
    "# The manifest",
    "Written by `npm run schemas` from `schemas/manifest.schema.json`; edit the schema, not this page.",
    schema.description,
    "A canonical manifest is YAML that people edit: their comments and their order stay when the program writes it again. Refused, with file and line: more bytes, depth or keys than `limits.yaml_*` allow, tags, anchors, aliases, merge keys, directives, several documents, a key twice, NUL.",
    ...order.map((name) => section(name, definitions[name])),
  ].join("\n\n")}\n`;
}

function section(name, definition) {
  const heading = `## ${name}\n\n${definition.description}`;
  if (definition.properties === undefined || definition.allOf !== undefined) {
    const values = definition.enum?.map((value) => `\`${value}\``).join(", ");
    return `${heading}${values === undefined ? ` ${cell(shape(definition))}.` : ` One of ${values}.`}`;
  }
  return `${heading}\n\n${table(definition).join("\n")}`;
}

function table(definition) {
  return ["| field | type | meaning |", "| --- | --- | --- |", ...lines(definition, "")];
}

function lines(definition, prefix) {
  const required = new Set(definition.required);
  return Object.entries(definition.properties).flatMap(([key, field]) => {
    const may = required.has(key) ? "" : "optional; ";
    const meaning =
      field.$ref === undefined
        ? field.description
        : `see [${nameOf(field.$ref)}](#${nameOf(field.$ref)})`;
    const own = `| \`${prefix}${key}\` | ${cell(`${may}${shape(field)}`)} | ${cell(meaning)} |`;
    return field.properties === undefined ? [own] : [own, ...lines(field, `${prefix}${key}.`)];
  });
}

function shape(field) {
  if (field.$ref !== undefined) return `[${nameOf(field.$ref)}](#${nameOf(field.$ref)})`;
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${value}\``).join(", ");
  if (Array.isArray(field.items)) return `list of ${field.items.map(shape).join(", ")}`;
  if (field.allOf !== undefined) return field.allOf.map((one) => shape(one.then)).join(" or ");
  if (field.anyOf !== undefined && field.properties === undefined)
    return field.anyOf.map(shape).join(" or ");
  if (field.type === "array") return `list of ${shape(field.items)}`;
  if (field.type === "object" && field.properties === undefined) {
    return `map to ${shape(field.additionalProperties)}`;
  }
  return [field.type].flat().join(" or ");
}

/** Definitions in the order in which the states come upon them. */
function reachable(definitions, states) {
  const found = [...states];
  for (const name of found) {
    for (const [, next] of JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/(\w+)"/g)) {
      if (!found.includes(next)) found.push(next);
    }
  }
  return found;
}

const nameOf = (ref) => ref.replace("#/definitions/", "");
const cell = (text) => text.replaceAll("|", "\\|");
