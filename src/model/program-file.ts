import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * The absolute path of a file that comes with the program, given from its root: `drizzle`, `package.json`. The
 * same wherever this module runs: in src/, in dist/, or in the one file of the command line in dist/cli.
 */
export function programFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** The program's version: `0.1.0`. */
export const { version: VERSION } = createRequire(import.meta.url)(programFile("package.json")) as {
  readonly version: string;
};
