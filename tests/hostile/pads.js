/** A text that is padded to four gigabytes, and replaced by itself. */
export function pads() { return "x".padEnd(2 ** 29, "y").replaceAll("y", "$`"); }
