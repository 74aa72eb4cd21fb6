//! The stack that a call takes: paint what is free, call, look how far down the paint is gone.

use core::ptr;

const PAINT: u32 = 0xc0de_57ac;
/// What painting itself may take; less than this is never told.
const MARGIN: usize = 128;

unsafe extern "C" {
    /// The end of the variables, by the linker: the stack grows down to here.
    static mut __sheap: u32;
}

/// What `work` answers, and the bytes of stack that it took, its answer's place aside.
#[inline(never)]
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let bottom = ptr::addr_of_mut!(__sheap);
    let here = usize::try_from(cortex_m::register::msp::read()).unwrap_or_default();
    let mut at = bottom;
    while at.addr() < here - MARGIN {
        // SAFETY: between the variables and the stack pointer less a margin nothing lives, on the only stack there is.
        unsafe {
            at.write_volatile(PAINT);
            at = at.add(1);
        }
    }
    let answer = call(work);
    let mut at = bottom;
    // SAFETY: the same words, read.
    while at.addr() < here && unsafe { at.read_volatile() } == PAINT {
        at = unsafe { at.add(1) };
    }
    assert!(at > bottom, "the stack reached the variables");
    (answer, here - at.addr())
}

/// A frame of its own, below the one that measures.
#[inline(never)]
fn call<T>(work: impl FnOnce() -> T) -> T {
    work()
}
