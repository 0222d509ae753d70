//! What must hold for long: each as a short form that runs with the other tests, and as a long one, ignored, whose name
//! begins with `endure_`. `cargo xtask endure` runs those and writes README.md beside this file.

mod dependencies;
mod events;
mod hostile;
mod swaps;

/// A size of a long form: an environment variable, else the full size.
fn size(variable: &str, full: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} must be a number: {text}")),
        Err(_) => full,
    }
}

/// What the chances of a form follow from, on the thread of its test: that of `ENDURE_SEED`, else another each time.
fn seed() -> u64 {
    let seed = size("ENDURE_SEED", fastrand::usize(..1 << 32)) as u64;
    fastrand::seed(seed);
    println!("seed {seed}: ENDURE_SEED repeats it");
    seed
}

/// Prints a line for README.md.
fn figure(text: impl std::fmt::Display) {
    println!("figure: {text}");
}
