/** Takes what is two of what is two of what is two of something, forty times. */
type T0 = { a: string; b: string };
type T1 = { a: T0; b: T0 }; type T2 = { a: T1; b: T1 }; type T3 = { a: T2; b: T2 }; type T4 = { a: T3; b: T3 };
type T5 = { a: T4; b: T4 }; type T6 = { a: T5; b: T5 }; type T7 = { a: T6; b: T6 }; type T8 = { a: T7; b: T7 };
type T9 = { a: T8; b: T8 }; type T10 = { a: T9; b: T9 }; type T11 = { a: T10; b: T10 }; type T12 = { a: T11; b: T11 };
type T13 = { a: T12; b: T12 }; type T14 = { a: T13; b: T13 }; type T15 = { a: T14; b: T14 }; type T16 = { a: T15; b: T15 };
type T17 = { a: T16; b: T16 }; type T18 = { a: T17; b: T17 }; type T19 = { a: T18; b: T18 }; type T20 = { a: T19; b: T19 };
type T21 = { a: T20; b: T20 }; type T22 = { a: T21; b: T21 }; type T23 = { a: T22; b: T22 }; type T24 = { a: T23; b: T23 };
type T25 = { a: T24; b: T24 }; type T26 = { a: T25; b: T25 }; type T27 = { a: T26; b: T26 }; type T28 = { a: T27; b: T27 };
type T29 = { a: T28; b: T28 }; type T30 = { a: T29; b: T29 }; type T31 = { a: T30; b: T30 }; type T32 = { a: T31; b: T31 };
type T33 = { a: T32; b: T32 }; type T34 = { a: T33; b: T33 }; type T35 = { a: T34; b: T34 }; type T36 = { a: T35; b: T35 };
type T37 = { a: T36; b: T36 }; type T38 = { a: T37; b: T37 }; type T39 = { a: T38; b: T38 }; type T40 = { a: T39; b: T39 };
export function type_bomb(it: T40 | null = null): number { return it === null ? 1 : 2; }
