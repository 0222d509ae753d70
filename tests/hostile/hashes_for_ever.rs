/// Has the host hash for ever.
#[fujsen]
fn hashes_for_ever() -> usize {
    let data = vec![1u8; 8 << 20];
    let mut sum = 0;
    loop {
        sum += usize::from(std::hint::black_box(crypto::digest(crypto::Hash::Sha512, &data))[0]);
        if sum == usize::MAX {
            return sum;
        }
    }
}
