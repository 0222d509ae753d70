/** An integer of a million digits. */
export function long_bigint() { return 10n ** 1000000n; }
