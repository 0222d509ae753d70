/// Computes for a minute, with collisions.
#[fujsen]
fn hashes() -> u64 {
    let mut all = std::collections::BTreeMap::new();
    let mut n = 1u64;
    loop {
        n = n.wrapping_mul(6364136223846793005).wrapping_add(1);
        all.insert(n % 1000, n);
        std::hint::black_box(&all);
    }
}
