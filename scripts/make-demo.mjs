// Writes the publications of the demo: `node scripts/make-demo.mjs [folder]`. Always the same bytes.
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeAmbulanceCalls } from "./demo/ambulance-calls.mjs";
import { writeClinicWaits } from "./demo/clinic-waits.mjs";

const folder =
  process.argv[2] ?? fileURLToPath(new URL("../examples/demo/published", import.meta.url));
rmSync(folder, { recursive: true, force: true });
for (const [name, write] of [
  ["clinic-waits", writeClinicWaits],
  ["ambulance-calls", writeAmbulanceCalls],
]) {
  mkdirSync(`${folder}/${name}`, { recursive: true });
  await write(`${folder}/${name}`);
}
