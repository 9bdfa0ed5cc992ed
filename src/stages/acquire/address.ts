import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isAddress, isPublicAddress } from "../../model/address.ts";
import { CanonryError } from "../../model/errors.ts";

/** Throws URL_PRIVATE_ADDRESS if the host is written as an address that is not public. */
export function checkHost(url: URL): void {
  if (isAddress(url.hostname) && !isPublicAddress(url.hostname)) {
    throw new CanonryError("URL_PRIVATE_ADDRESS", `${url.hostname} is not a public address`);
  }
}

/**
 * A name resolver that refuses names of private addresses at the moment of the connection, so that a
 * name which resolves differently the second time (DNS rebinding) is refused as well.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, "", 0);
    const wrong = addresses.find((one) => !isPublicAddress(one.address));
    const [first] = addresses;
    if (wrong !== undefined || first === undefined) {
      const seen = wrong?.address ?? "nothing";
      const refusal = new CanonryError("URL_PRIVATE_ADDRESS", `${hostname} resolves to ${seen}`);
      return callback(refusal, "", 0);
    }
    if (options.all === true) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};
