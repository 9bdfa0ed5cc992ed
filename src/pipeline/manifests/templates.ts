import type { DataLayer } from "../../data-layer/data-layer.ts";
import { GENERATION_STAGES, type GenerationStage } from "../../model/manifest/generation.ts";
import type { Template } from "../../model/manifest/template.ts";
import { programFile } from "../../model/program-file.ts";

const PACKAGED = Object.fromEntries(
  GENERATION_STAGES.map((stage) => [stage, programFile(`config/templates/${stage}/prompt.md`)]),
);

/** The template of a stage: the home's, or where it has none the one that came with the program. */
export async function templateOf(data: DataLayer, stage: GenerationStage): Promise<Template> {
  const own = await data.readText(data.paths.keys.template(stage, "prompt"));
  return { id: `${stage}/prompt`, text: own ?? (await packagedTemplate(data, stage)) };
}

export async function packagedTemplate(data: DataLayer, stage: GenerationStage): Promise<string> {
  const bytes = await data.openFile(PACKAGED[stage] ?? "");
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of bytes.stream()) chunks.push(chunk);
  } finally {
    await bytes.close();
  }
  return Buffer.concat(chunks).toString("utf8");
}
