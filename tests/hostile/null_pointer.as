/** Uses what is not there. */
class Box { value: i64 = 0; }
let nothing: Box | null = null;
export function null_pointer(): i64 { return nothing!.value; }
