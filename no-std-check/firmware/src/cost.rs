//! What a call takes. The stack: paint what is free, call, look how far down the paint is gone. The instructions: QEMU's `-icount shift=0`
//! makes each last a nanosecond, and SysTick counts 25 million times a second.

use core::ptr;
use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

const PAINT: u32 = 0xc0de_57ac;
/// What painting itself may take; less than this is never told.
const MARGIN: usize = 128;
const INSTRUCTIONS_IN_A_TICK: u32 = 40;

/// What a call took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Bytes of stack, the answer's place aside.
    pub stack: usize,
    /// Instructions, to the nearest tick of 40.
    pub instructions: usize,
}

unsafe extern "C" {
    /// The end of the variables, by the linker: the stack grows down to here.
    static mut __sheap: u32;
}

/// What `work` answers, and what it took.
#[inline(never)]
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
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
    let before = start();
    let answer = call(work);
    let ticks = before.wrapping_sub(SYST::get_current()) & 0x00ff_ffff;
    let mut at = bottom;
    // SAFETY: the same words, read.
    while at.addr() < here && unsafe { at.read_volatile() } == PAINT {
        at = unsafe { at.add(1) };
    }
    if at == bottom {
        crate::say(&["FAILED: the stack reached the variables\n"]);
        crate::end(false);
    }
    let instructions = usize::try_from(ticks.saturating_mul(INSTRUCTIONS_IN_A_TICK)).unwrap_or(usize::MAX);
    (answer, Cost { stack: here - at.addr(), instructions })
}

/// A frame of its own, below the one that measures.
#[inline(never)]
fn call<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Starts the counter, which counts down and lasts for 671 million instructions.
fn start() -> u32 {
    // SAFETY: nobody else uses the counter.
    let mut counter = unsafe { cortex_m::Peripherals::steal() }.SYST;
    counter.set_clock_source(SystClkSource::Core);
    counter.set_reload(0x00ff_ffff);
    counter.clear_current();
    counter.enable_counter();
    SYST::get_current()
}
