// Lets Node run the sources: types are taken away as each module is loaded.
import { readFile } from "node:fs/promises";
import ts from "typescript";

const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const text = await readFile(new URL(url), "utf8");
  const source = ts.transpileModule(text, { compilerOptions }).outputText;
  return { format: "module", source, shortCircuit: true };
}
