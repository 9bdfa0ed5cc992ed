import { adoptRulings, openQuestions, questionsById } from "../../database/inquiry/questions.ts";
import { mergeYaml, renderYaml } from "../../formats/yaml.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Question, Ruling } from "../../model/manifest/drift.ts";
import type { BackfillReport } from "../../model/report.ts";
import { emptyManifest, withRulings } from "../../stages/canonicalize/index.ts";
import { backfill } from "../backfill.ts";
import { MANIFEST_HEADING, syncManifests } from "../manifests/manifests.ts";
import { type BackfillOptions, EVERYTHING } from "../release/backfill-options.ts";
import { personOf } from "../vintages/vintages.ts";
import type { World } from "../world.ts";

export interface Verdict {
  readonly verdict: Ruling["verdict"];
  /** Who decides; the user of the system if nobody is named. */
  readonly by: string | null;
  readonly note: string | null;
}

export interface Review {
  readonly rulings: readonly Ruling[];
  /** What became of the releases that waited; null if they were left waiting. */
  readonly backfill: BackfillReport | null;
}

/** Questions that wait for a person. */
export function openReview(
  world: World,
  publications: readonly string[],
): Promise<readonly Question[]> {
  return openQuestions(world.database, publications);
}

/**
 * Answers questions: each answer goes into the canonical manifest of its publication with who and when,
 * and what waited for it is decided again and loaded from the files that are there. Throws
 * DECISION_UNKNOWN; nothing is written then.
 */
export async function answer(
  world: World,
  ids: readonly string[],
  verdict: Verdict,
  load: Pick<BackfillOptions, "concurrency" | "watch"> | null,
): Promise<Review> {
  const questions = await questionsById(world.database, ids);
  const unknown = ids.find((id) => !questions.some((one) => one.id === id));
  if (unknown !== undefined) {
    throw new CanonryError("DECISION_UNKNOWN", `no decision is called ${unknown}`);
  }
  await syncManifests(world);
  const rulings: Ruling[] = [];
  for (const code of new Set(questions.map((one) => one.publication))) {
    const own = questions.filter((one) => one.publication === code);
    rulings.push(...(await write(world, code, own, verdict)));
  }
  if (load === null) return { rulings, backfill: null };
  const report = await backfill(world, {
    ...EVERYTHING,
    ...load,
    publications: [...new Set(questions.map((one) => one.publication))],
    periods: [...new Set(questions.flatMap((one) => [one.period, ...one.waiting]))],
    offline: true,
  });
  return { rulings, backfill: report };
}

async function write(
  world: World,
  code: string,
  questions: readonly Question[],
  { verdict, by, note }: Verdict,
): Promise<readonly Ruling[]> {
  const publication = world.config.publications.find((one) => one.code === code);
  if (publication === undefined)
    throw new CanonryError("PUBLICATION_UNKNOWN", `no publication is called ${code}`);
  const rulings = questions.map(({ id, source, drift }): Ruling => {
    const { kind, column, before, after } = drift;
    return {
      id,
      verdict,
      kind,
      source,
      ...(column === undefined ? {} : { column }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      by: personOf(by),
      on: world.now().toISOString().slice(0, 10),
      ...(note === null ? {} : { note }),
    };
  });
  const period = questions[0]?.period ?? "";
  const text = await adoptRulings(world.database, code, rulings, (current) => {
    const before = current?.document ?? emptyManifest(code, publication.name);
    const document = withRulings(before, rulings, period);
    const next =
      current === null ? renderYaml(document, MANIFEST_HEADING) : mergeYaml(current.text, document);
    return { text: next, document };
  });
  await world.data.writeText(publication.canonical_manifest, text);
  return rulings;
}
