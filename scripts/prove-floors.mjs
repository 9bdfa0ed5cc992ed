// Every rule is proven by a planted violation: a green check with no teeth fails here.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";

const plants = {
  "model-imports-nothing": ["src/model/x.ts", 'import "../database/connect.ts";'],
  "adapters-are-strangers": ["src/database/x.ts", 'import "../data-layer/paths.ts";'],
  "rooms-are-strangers": ["src/stages/load/x.ts", 'import "../draft/index.ts";'],
  "enter-by-the-door": ["src/pipeline/x.ts", 'import "../stages/draft/plan.ts";'],
  "roof-holds-no-rules": ["src/cli/x.ts", 'import "../stages/draft/index.ts";'],
  "files-only-in-data-layer": ["src/stages/load/x.ts", 'import "node:fs/promises";'],
  "sql-only-in-database": ["src/stages/load/x.ts", 'import "postgres";'],
  "plans-are-pure": [
    "src/stages/export/probe/plan.ts",
    'import "./helper.ts";',
    "src/stages/export/probe/helper.ts",
    'import "../../../database/connect.ts";',
  ],
  "no-circular": [
    "src/stages/load/x.ts",
    'import "./y.ts";',
    "src/stages/load/y.ts",
    'import "./x.ts";',
  ],
  "no-orphans": ["src/stages/load/x.ts", ""],
};
const cruise = () => {
  try {
    return JSON.parse(
      execFileSync(
        "npx",
        ["depcruise", "src", "--config", ".dependency-cruiser.mjs", "-T", "json"],
        { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1e8 },
      ),
    ).summary;
  } catch (e) {
    return JSON.parse(e.stdout).summary;
  }
};
let bad = 0;
const clean = cruise();
console.log(`clean house: ${clean.totalCruised} modules, ${clean.error} errors`);
if (clean.totalCruised === 0 || clean.error > 0) bad++;
for (const [rule, files] of Object.entries(plants)) {
  for (let i = 0; i < files.length; i += 2) {
    mkdirSync(files[i].replace(/[/][^/]+$/, ""), { recursive: true });
    writeFileSync(files[i], `${files[i + 1]}\nexport {};\n`);
  }
  const hit = cruise().violations.some((v) => v.rule.name === rule);
  for (let i = 0; i < files.length; i += 2) rmSync(files[i]);
  console.log(`${hit ? "caught" : "MISSED"}  ${rule}`);
  if (!hit) bad++;
}
process.exitCode = bad ? 1 : 0;
