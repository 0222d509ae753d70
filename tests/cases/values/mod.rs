//! Values that cross borders: bytes, large numbers, lists, and what somebody else has got wrong. In both languages.

mod bodies;
mod bytes;
mod mistakes;
mod numbers;
mod prints;

const LANGUAGES: [&str; 2] = ["rust", "assemblyscript"];
