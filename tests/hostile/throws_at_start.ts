/** Throws, below types, while it is compiled. */
interface Unused { a: string }
type Nothing<T> = T extends Unused ? never : T;
const refused: Nothing<string> = ((): string => { throw new RangeError("thrown below types"); })();
export function throws_at_start(): string { return refused; }
