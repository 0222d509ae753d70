/// A number that is too great.
#[fujsen]
fn overflows() -> u64 {
    let most = std::hint::black_box(u64::MAX);
    most.checked_add(1).expect("there is room")
}
