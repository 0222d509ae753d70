/// Asks for half of the address space.
#[fujsen]
fn allocates_all() -> usize {
    std::hint::black_box(vec![1u8; (1 << 31) - 1]).len()
}
