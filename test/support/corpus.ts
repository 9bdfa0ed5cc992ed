import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./home.ts";

/** The corpus of real publications beside the checkout. */
export const CORPUS = join(PROJECT, "../shared/corpus/publications");

/** Paths in the corpus of files whose names end so, in their order. */
export function corpusFiles(ending: RegExp): readonly string[] {
  return readdirSync(CORPUS, { recursive: true, encoding: "utf8" })
    .filter((path) => ending.test(path))
    .sort();
}
