// Writes the JSON Schemas of src/ to schemas/, where editors and people find them.
import { writeFileSync } from "node:fs";
import { PUBLICATIONS_SCHEMA, SETTINGS_SCHEMA } from "../dist/config/schemas.js";
import { MANIFEST_SCHEMA } from "../dist/model/manifest-schema.js";
import { PLAN_SCHEMA } from "../dist/model/plan-schema.js";

const schemas = {
  publications: PUBLICATIONS_SCHEMA,
  settings: SETTINGS_SCHEMA,
  manifest: MANIFEST_SCHEMA,
  plan: PLAN_SCHEMA,
};
for (const [name, schema] of Object.entries(schemas)) {
  const path = new URL(`../schemas/${name}.schema.json`, import.meta.url);
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
