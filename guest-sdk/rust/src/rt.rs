//! What the generated bindings call: memory that crosses the boundary, and static constructors.
#![allow(dead_code)]

use std::{
    alloc::{self, Layout},
    ptr::NonNull,
};

/// The host allocates in this module's memory with this.
///
/// # Safety
/// As of `realloc` in the canonical ABI: `old_ptr` came from here with `old_len` and `align`.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old_ptr: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8 {
    if new_len == 0 {
        return align as *mut u8;
    }
    // SAFETY: the canonical ABI gives a power of two as `align` and lengths below `isize::MAX`.
    let pointer = unsafe {
        if old_len == 0 {
            alloc::alloc(Layout::from_size_align_unchecked(new_len, align))
        } else {
            alloc::realloc(old_ptr, Layout::from_size_align_unchecked(old_len, align), new_len)
        }
    };
    if pointer.is_null() {
        std::arch::wasm32::unreachable();
    }
    pointer
}

/// Referenced by the bindings so that a linker that prunes archives keeps `cabi_realloc`.
pub(crate) fn maybe_link_cabi_realloc() {
    #[cfg(target_arch = "wasm32")]
    {
        #[used]
        static KEEP: unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8 = cabi_realloc;
    }
}

/// Runs static constructors at the first call. Naming `__wasm_call_ctors` keeps the linker from running them at every one.
#[cfg(target_arch = "wasm32")]
pub(crate) fn run_ctors_once() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    static DONE: AtomicBool = AtomicBool::new(false);
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    if !DONE.swap(true, Relaxed) {
        // SAFETY: the linker makes this function; it runs once.
        unsafe { __wasm_call_ctors() };
    }
}

/// Memory for one lowered list, freed when dropped.
pub(crate) struct Cleanup {
    pointer: NonNull<u8>,
    layout: Layout,
}

impl Cleanup {
    /// Allocates; for a layout of size 0 a null pointer, and nothing to free. Aborts where there is no memory left.
    pub(crate) fn new(layout: Layout) -> (*mut u8, Option<Self>) {
        if layout.size() == 0 {
            return (std::ptr::null_mut(), None);
        }
        // SAFETY: the size is not zero.
        let Some(pointer) = NonNull::new(unsafe { alloc::alloc(layout) }) else {
            alloc::handle_alloc_error(layout)
        };
        (pointer.as_ptr(), Some(Self { pointer, layout }))
    }

    /// Leaves the memory to the host.
    pub(crate) fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { alloc::dealloc(self.pointer.as_ptr(), self.layout) };
    }
}
