/// Calls itself without an end.
#[fujsen]
fn recurses(#[default(1)] depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 64]);
    if depth == 0 { 0 } else { recurses(depth + 1) + room[7] }
}
