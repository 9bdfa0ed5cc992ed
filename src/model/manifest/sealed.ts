import { sha256, stableJson } from "../hash.ts";

/** JSON with the sha256 of what it says as its last key: any other byte in it shows. */
export function seal(document: object): string {
  return `${JSON.stringify({ ...document, sha256: sha256(stableJson(document)) }, null, 1)}\n`;
}

/** What `seal` was given; null for a text that is cut, changed, or was never sealed. */
export function unseal(text: string): unknown {
  try {
    const { sha256: _seal, ...document } = JSON.parse(text) as { readonly sha256?: unknown };
    return seal(document) === text ? document : null;
  } catch {
    return null;
  }
}
