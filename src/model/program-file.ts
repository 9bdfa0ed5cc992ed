import { fileURLToPath } from "node:url";

/**
 * The absolute path of a file that comes with the program, given from its root: `drizzle`, `package.json`. The
 * same wherever this module runs: in src/, in dist/, or in the one file of the command line in dist/cli.
 */
export function programFile(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
