/// Keeps all that it gets.
#[fujsen]
fn eats() -> usize {
    let mut all = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1u8; 1 << 20]));
    }
}
