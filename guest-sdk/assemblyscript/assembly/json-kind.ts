// What JSON can be, and whose mistake it is when it is not.

// @ts-ignore: decorator
@global
export enum JsonKind { Null, Boolean, Integer, Real, Text, Array, Object }

/**
 * Whose mistake it is when JSON is not what a fujsen expects, as the status that it amounts to: the client's (400), that of
 * a server that was asked (502), or the program's own.
 */
export const CLIENT: u16 = 400;
export const SERVER: u16 = 502;
export const OWN: u16 = 500;

/** What a message about JSON begins with: whose it is. */
export function whose(blame: u16): string {
  return blame == SERVER ? "the answer of a server: " : "";
}

export function jsonKindName(kind: JsonKind): string {
  switch (kind) {
    case JsonKind.Boolean: return "a boolean";
    case JsonKind.Integer: return "an integer";
    case JsonKind.Real: return "a number";
    case JsonKind.Text: return "a text";
    case JsonKind.Array: return "an array";
    case JsonKind.Object: return "an object";
  }
  return "null";
}
