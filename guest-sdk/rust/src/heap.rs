//! dlmalloc that first hands out what the initial memory has left above the static data, and only then grows.
//! Growing changes the protection of pages in the host, which costs more than an ordinary call: a call that fits never does.
use std::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    cell::UnsafeCell,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use dlmalloc::{Allocator, Dlmalloc};

const PAGE: usize = 64 * 1024;
const ALIGN: usize = 16;

unsafe extern "C" {
    /// The linker's: the first byte after static data and stack.
    static __heap_base: u8;
}

struct Pages {
    initial_used: AtomicBool,
}

impl Pages {
    fn initial(&self, size: usize) -> Option<(usize, usize)> {
        if self.initial_used.swap(true, Relaxed) {
            return None;
        }
        let start = (&raw const __heap_base as usize).next_multiple_of(ALIGN);
        let end = wasm32::memory_size(0) * PAGE;
        let length = end.checked_sub(start)?;
        (length >= size).then_some((start, length))
    }

    fn grown(size: usize) -> Option<(usize, usize)> {
        let pages = size.div_ceil(PAGE);
        match wasm32::memory_grow(0, pages) {
            usize::MAX => None,
            before => Some((before * PAGE, pages * PAGE)),
        }
    }
}

// SAFETY: each range is handed out once: the initial one behind a flag, others fresh from `memory.grow`.
unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        match self.initial(size).or_else(|| Self::grown(size)) {
            Some((start, length)) => (start as *mut u8, length, 0),
            None => (std::ptr::null_mut(), 0, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        std::ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    /// The initial memory of a reused instance is not zero everywhere.
    fn allocates_zeros(&self) -> bool {
        false
    }

    fn page_size(&self) -> usize {
        4096
    }
}

struct Heap(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: the targets are built without threads.
unsafe impl Sync for Heap {}

// SAFETY: every call is passed to dlmalloc with the layout it was given.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { (*self.0.get()).free(pointer, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        unsafe { (*self.0.get()).realloc(pointer, layout.size(), layout.align(), size) }
    }
}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages {
    initial_used: AtomicBool::new(false),
})));
