import { isDeepStrictEqual } from "node:util";
import { type Config, loadConfig } from "../../config/load.ts";
import type { ConfigFile } from "../../config/validate.ts";
import { DataLayer } from "../../data-layer/data-layer.ts";
import type { Paths } from "../../data-layer/paths.ts";
import { mergeYaml, readYaml, renderYaml } from "../../formats/yaml.ts";
import type { Discovery } from "../../model/discovery.ts";
import { CanonryError } from "../../model/errors.ts";
import { LIMITS } from "../../model/limits.ts";
import { isCode } from "../../model/manifest/names.ts";
import {
  discover,
  fetchPage,
  HostTurns,
  type ProposedEntry,
  pageOf,
  proposeCode,
  proposeEntry,
  webAddress,
} from "../../stages/acquire/index.ts";
import { homeOf, loadConfigOf, type Outside } from "../world.ts";

/** What a page leads to, and the entry that would load it. */
export interface Proposal {
  readonly code: string;
  readonly entry: ProposedEntry;
  /** The entry as it would stand in config/publications.yaml. */
  readonly yaml: string;
  readonly discovery: Discovery;
}

/**
 * Looks at a landing page and what it leads to; fetches pages alone, and writes nothing. Throws URL_*,
 * DOWNLOAD_*, PAGE_UNREADABLE if the page itself cannot be read, NAME_INVALID for `code`.
 */
export async function proposePublication(
  outside: Outside,
  url: string,
  code: string | undefined,
): Promise<Proposal> {
  if (code !== undefined && !isCode(code)) {
    throw new CanonryError("NAME_INVALID", `${JSON.stringify(code)} is no code`);
  }
  const { settings } = await configOrDefaults(outside);
  const landingPage = webAddress(url).href;
  const turns = new HostTurns(settings.fetch.page_pause_ms, outside.signal);
  const needs = {
    settings: settings.fetch,
    limits: settings.limits,
    signal: outside.signal,
    turns,
  };
  let failure: unknown = null;
  const discovery = await discover(
    {
      landingPage,
      name: "",
      files: { include: [], exclude: [] },
      mostPages: settings.limits.pages,
    },
    {
      readPage: async (address) => {
        try {
          const found = await fetchPage(address, null, needs);
          if (found === null)
            throw new CanonryError("DOWNLOAD_FAILED", "a 304 that nobody asked for");
          return pageOf(found, settings.limits);
        } catch (error) {
          failure ??= error;
          throw error;
        }
      },
    },
  );
  if (discovery.pages[0]?.failure !== null) throw failure;
  const entry = proposeEntry(discovery, landingPage);
  const own = code ?? proposeCode(entry.name);
  return { code: own, entry, yaml: yamlOf(own, entry), discovery };
}

/** Without a home the defaults and the environment hold. */
async function configOrDefaults(outside: Outside): Promise<Config> {
  try {
    return await loadConfigOf(outside);
  } catch (error) {
    if (!(error instanceof CanonryError) || error.code !== "CONFIG_MISSING") throw error;
    return loadConfig({ publications: null, settings: null, env: outside.env, flags: {} });
  }
}

function yamlOf(code: string, entry: ProposedEntry): string {
  return renderYaml({ publications: { [code]: entry } });
}

/**
 * Adds the entry to config/publications.yaml, whole or not at all; what stands there stays, comments
 * included. Gives the path. Throws PUBLICATION_EXISTS, PERIOD_CONFLICT where nothing was found,
 * CONFIG_MISSING, CONFIG_INVALID.
 */
export async function writeProposal(outside: Outside, proposal: Proposal): Promise<string> {
  const { code, entry, yaml, discovery } = proposal;
  const paths = await homeOf(outside);
  const { publications } = await loadConfigOf(outside);
  const same = publications.find(
    (one) => one.code === code || one.landing_page === entry.landing_page,
  );
  if (same !== undefined) {
    const what = same.code === code ? `called ${code}` : `of ${entry.landing_page}, ${same.code}`;
    throw new CanonryError("PUBLICATION_EXISTS", `there is a publication ${what}`);
  }
  if (!discovery.links.some((link) => link.state === "found")) {
    throw new CanonryError(
      "PERIOD_CONFLICT",
      "no file of a sure period was found, so nothing is written",
    );
  }
  const data = new DataLayer(paths);
  const before = (await data.readText(paths.publications)) ?? "";
  const lines = yaml.split("\n").slice(1).join("\n");
  const appended = `${before.replace(/\n*$/, "\n")}\n${lines}`;
  const text = adds(before, appended, paths, proposal) ? appended : merged(before, paths, proposal);
  await data.writeText(paths.publications, text);
  return paths.publications;
}

/** Whether a text holds what stood there, and the entry beside it, and is valid. */
function adds(before: string, after: string, paths: Paths, { code, entry }: Proposal): boolean {
  try {
    const old = tree(before, paths);
    const wanted = { ...old, publications: { ...publicationsOf(old), [code]: entry } };
    return isDeepStrictEqual(tree(after, paths), wanted);
  } catch (error) {
    if (error instanceof CanonryError) return false;
    throw error;
  }
}

function merged(before: string, paths: Paths, { code, entry }: Proposal): string {
  const old = tree(before, paths);
  return mergeYaml(before, { ...old, publications: { ...publicationsOf(old), [code]: entry } });
}

type Tree = Readonly<Record<string, unknown>>;

function publicationsOf(value: Tree): Tree {
  return (value["publications"] ?? {}) as Tree;
}

function tree(text: string, paths: Paths): Tree {
  const options = { file: paths.publications, limits: LIMITS, code: "CONFIG_INVALID" } as const;
  const file: Pick<ConfigFile, "value"> = readYaml(text, options);
  return (file.value ?? {}) as Tree;
}
