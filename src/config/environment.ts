import process from "node:process";

/** The environment of the process: read here and nowhere else, so that tests can give their own. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
