import { renderYaml } from "../../formats/yaml.ts";
import type { Region, ReleaseManifest } from "../../model/manifest.ts";

/** What the template of the stage says of a draft: its tables, without figures, addresses and dates. */
export function promptVariables(draft: ReleaseManifest): Readonly<Record<string, string>> {
  return {
    publication: draft.publication,
    period: draft.period,
    tables: renderYaml(draft.regions.filter((region) => !region.quarantined).map(describeRegion)),
  };
}

function describeRegion(region: Region): object {
  const columns = region.columns.filter((column) => column.role !== "period");
  return {
    id: region.id,
    ...(region.sheet === null ? {} : { sheet: region.sheet }),
    ...(region.title === undefined ? {} : { title: region.title }),
    ...(region.notes.length === 0 ? {} : { notes: region.notes }),
    columns: columns.map(({ name, header, type, role, unit }) => ({
      name,
      header: header.join(" | "),
      type,
      role,
      ...(unit === undefined ? {} : { unit }),
    })),
  };
}
