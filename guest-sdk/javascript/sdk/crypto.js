import { cryptoRandom, digest, hmac, uuidV4, uuidV7, utf8Encode } from "tusk:host";
import { bytesOf, viewOf } from "./bytes.js";
import { DOMException, Error, join, matches, split, toLowerCase, typedName, typedSet } from "./primordials.js";

const MOST_RANDOM = 65_536;

const HASHES = { __proto__: null, sha256: "sha256", sha384: "sha384", sha512: "sha512" };

/** `sha256` for `SHA-256`, too. */
function hashOf(name) {
  const known = HASHES[join(split(toLowerCase(`${name}`), "-"), "")];
  if (!known) throw new RangeError(`there is no hash ${name}: only sha256, sha384 and sha512`);
  return known;
}

const hashed = (hash, data) => digest(hash, bytesOf(data, "what is hashed"));
const coded = (hash, key, data) => hmac(hash, bytesOf(key, "the key"), bytesOf(data, "what is signed"));

/** Random bytes, identifiers, hashes and message authentication codes. Text counts as its UTF-8. */
export const crypto = {
  getRandomValues(array) {
    const name = typedName(array), view = viewOf(array);
    if (name === undefined || matches(/^Float/, name)) {
      throw new DOMException("getRandomValues fills arrays of integers", "TypeMismatchError");
    }
    if (view.length > MOST_RANDOM) {
      throw new DOMException(`getRandomValues fills ${MOST_RANDOM} bytes at most, not ${view.length}`, "QuotaExceededError");
    }
    typedSet(view, cryptoRandom(view.length));
    return array;
  },

  randomUUID: () => uuidV4(),
  uuidV4: () => uuidV4(),
  uuidV7: () => uuidV7(),
  random: (length) => cryptoRandom(length),

  bytes: (text) => utf8Encode(`${text}`),
  digest: (hash, data) => hashed(hashOf(hash), data),
  sha256: (data) => hashed("sha256", data),
  sha384: (data) => hashed("sha384", data),
  sha512: (data) => hashed("sha512", data),
  hmac: (hash, key, data) => coded(hashOf(hash), key, data),
  hmacSha256: (key, data) => coded("sha256", key, data),
  hmacSha384: (key, data) => coded("sha384", key, data),
  hmacSha512: (key, data) => coded("sha512", key, data),

  /** Takes as long for a wrong last byte as for a wrong first one, so that nobody learns a secret from the time. */
  equal(one, other) {
    const left = bytesOf(one, "what is compared"), right = bytesOf(other, "what is compared");
    if (left.length !== right.length) return false;
    let differs = 0;
    for (let i = 0; i < left.length; i++) differs |= left[i] ^ right[i];
    return differs === 0;
  },

  get subtle() {
    throw new Error("there is no crypto.subtle: use crypto.digest(\"sha256\", data) and crypto.hmac(\"sha256\", key, data)");
  }
};
