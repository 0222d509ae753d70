import { RETURN, liftBytes, liftFailure, liftString } from "./abi";
import * as imports from "./imports";
import * as layout from "./layout";
import { CryptoHash as Hash } from "./layout";
import { Result } from "./result";
import * as utf8 from "./utf8";

function digest(hash: Hash, data: Uint8Array): Uint8Array {
  imports.cryptoDigest(hash, data.dataStart, data.length, RETURN);
  return liftBytes(RETURN);
}

function code(hash: Hash, key: Uint8Array, data: Uint8Array): Uint8Array {
  imports.cryptoHmac(hash, key.dataStart, key.length, data.dataStart, data.length, RETURN);
  return liftBytes(RETURN);
}

function uuid(): string {
  if (load<u8>(RETURN)) return Result.failure<string>(liftFailure(RETURN + layout.Payload.cryptoUuidV4)).value;
  return liftString(RETURN + layout.Payload.cryptoUuidV4);
}

/** Random bytes, identifiers, hashes and message authentication codes. */
// @ts-ignore: decorator
@global
export namespace crypto {
  /** So many bytes that nobody can guess: for tokens, keys and the like. At most 65,536. */
  export function random(length: i32): Uint8Array { return tryRandom(length).value; }

  export function tryRandom(length: i32): Result<Uint8Array> {
    imports.cryptoRandom(length, RETURN);
    if (load<u8>(RETURN)) return Result.failure<Uint8Array>(liftFailure(RETURN + layout.Payload.cryptoRandom));
    return Result.success<Uint8Array>(liftBytes(RETURN + layout.Payload.cryptoRandom));
  }

  /** A UUID of version 4: random, such as `0b4a2f1e-7d83-4c59-9a51-0d3f7f1b6c2e`. */
  export function uuidV4(): string {
    imports.cryptoUuidV4(RETURN);
    return uuid();
  }

  /** A UUID of version 7: one that was made in a later millisecond comes later in the alphabet. */
  export function uuidV7(): string {
    imports.cryptoUuidV7(RETURN);
    return uuid();
  }

  /** The SHA-256 of bytes: 32 bytes. */
  export function sha256(data: Uint8Array): Uint8Array { return digest(Hash.Sha256, data); }

  /** The SHA-384 of bytes: 48 bytes. */
  export function sha384(data: Uint8Array): Uint8Array { return digest(Hash.Sha384, data); }

  /** The SHA-512 of bytes: 64 bytes. */
  export function sha512(data: Uint8Array): Uint8Array { return digest(Hash.Sha512, data); }

  /** The message authentication code (HMAC, RFC 2104) of bytes by SHA-256. Compare it by `equal`. */
  export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array { return code(Hash.Sha256, key, data); }

  /** The message authentication code (HMAC, RFC 2104) of bytes by SHA-384. Compare it by `equal`. */
  export function hmacSha384(key: Uint8Array, data: Uint8Array): Uint8Array { return code(Hash.Sha384, key, data); }

  /** The message authentication code (HMAC, RFC 2104) of bytes by SHA-512. Compare it by `equal`. */
  export function hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array { return code(Hash.Sha512, key, data); }

  /** The UTF-8 of a text, as hashes and codes take it. */
  export function bytes(text: string): Uint8Array { return utf8.encode(text); }

  /** Whether both are the same; takes as long for a wrong last byte as for a wrong first one, so that nobody learns a secret from the time. */
  export function equal(one: Uint8Array, other: Uint8Array): bool {
    if (one.length != other.length) return false;
    let differs: u8 = 0;
    for (let i = 0; i < one.length; i++) differs |= unchecked(one[i] ^ other[i]);
    return differs == 0;
  }
}
