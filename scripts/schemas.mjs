// Writes the JSON Schemas of src/ to schemas/, where editors find them, and the manifest's to docs/manifest.md.
import { writeFileSync } from "node:fs";
import { PUBLICATIONS_SCHEMA, SETTINGS_SCHEMA } from "../dist/config/schemas.js";
import { MANIFEST_SCHEMA } from "../dist/model/manifest/manifest-schema.js";
import { PLAN_SCHEMA } from "../dist/model/manifest/plan-schema.js";
import { manifestPage } from "./manifest-page.mjs";

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
writeFileSync(new URL("../docs/manifest.md", import.meta.url), manifestPage(MANIFEST_SCHEMA));
