import { renderYaml, type YamlMerger } from "../../formats/yaml.ts";
import type { LoadCommit } from "../../model/load-commit.ts";
import type { Drift } from "../../model/manifest/drift.ts";
import { generationId, textFacts } from "../../model/manifest/generation.ts";
import { NO_ROWS } from "../../model/manifest/row-allowance.ts";
import { renderTemplate, type Template } from "../../model/manifest/template.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { changeLines, emptyManifest, withContract } from "../../stages/canonicalize/index.ts";
import type { loadIssue } from "../../stages/load/index.ts";
import { MANIFEST_HEADING } from "../manifests/manifests.ts";

/** What a canonical generation is made of, beside the manifest. */
export interface CanonicalScope {
  readonly enrichedId: string;
  readonly template: Template;
  /** Of all loads of a release: a manifest of many sources is not parsed for each. */
  readonly merger: YamlMerger;
}

/** How the manifest and its canonical generation follow from a contract, inside the load's transaction. */
export function loadScope(
  scope: CanonicalScope & {
    readonly publication: PublicationConfig;
    readonly period: string;
    readonly runId: string;
  },
  drift: readonly Drift[],
  given: Pick<Parameters<typeof loadIssue>[2], "rulings" | "earlier_rows" | "total_history">,
): Parameters<typeof loadIssue>[2] {
  const { publication, period, runId } = scope;
  const next: LoadCommit["manifest"] = (current, contract) => {
    const before = current?.document ?? emptyManifest(publication.code, publication.name);
    const document = withContract(before, contract, { period, drift });
    const text =
      current === null
        ? renderYaml(document, MANIFEST_HEADING)
        : scope.merger.merge(current.text, document);
    return { text, document };
  };
  return {
    publication: publication.code,
    publication_name: publication.name,
    period,
    run_id: runId,
    manifest: next,
    generation: generationOf(scope, drift),
    allowance: publication.quarantine ?? NO_ROWS,
    totals_policy: publication.totals ?? "warn",
    ...given,
  };
}

function generationOf(
  { publication, period, runId, enrichedId, template }: Parameters<typeof loadScope>[0],
  drift: readonly Drift[],
): LoadCommit["generation"] {
  return ({ text, document }, contract) => {
    const own = { stage: "canonical", mode: "llm", parent: enrichedId, model: null } as const;
    const inputs = { digest: document.digest };
    const raw = renderYaml(contract);
    return {
      id: generationId({ ...own, template: template.text, inputs }),
      stage: "canonical",
      prompt: renderTemplate(template, {
        publication: publication.code,
        period,
        source: contract.code,
        changes: changeLines(contract.code, drift).join("\n"),
      }),
      raw,
      parsed: text,
      raw_metadata: textFacts(raw),
      parsed_metadata: textFacts(text),
      metadata: {
        template_id: template.id,
        parent_stage: "enriched",
        parent_gen_id: enrichedId,
        mode: "llm",
        model: null,
        publication: publication.code,
        period,
        run_id: runId,
        combo_id: null,
        cohort_id: null,
        manifest_version: document.version,
      },
    };
  };
}
