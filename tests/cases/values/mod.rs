//! Values that cross borders: bytes, large numbers, lists, and what somebody else has got wrong. In all languages.

mod bodies;
mod bytes;
mod mistakes;
mod numbers;
mod prints;

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];
