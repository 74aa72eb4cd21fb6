//! What the images share: the evidence, what a run took, and a line for it. No formatting where it is not asked for: that would weigh more than
//! some of what is measured.
#![no_std]

mod cost;
mod vector;

pub use cost::{Cost, measure};
pub use vector::{Nobody, RSA_P256_P384, Vector, quoted, tell};

use core::panic::PanicInfo;
use cortex_m_semihosting::{debug, hio};
use tpmproof::verify::Time;

/// 2027-01-01T00:00:00Z, when all certificates of the evidence are valid.
pub const TIME: Time = Time::from_unix_seconds(1_798_761_600);

/// The bytes of a file that `table` made, in their own place of the memory.
#[macro_export]
macro_rules! evidence {
    ($name:expr) => {{
        const FILE: &[u8] = include_bytes!(concat!(env!("TPMPROOF_EVIDENCE"), "/", $name));
        #[unsafe(link_section = ".evidence")]
        static BYTES: [u8; FILE.len()] = *include_bytes!(concat!(env!("TPMPROOF_EVIDENCE"), "/", $name));
        &BYTES[..]
    }};
}

/// One of the vectors that `evidence` made.
#[macro_export]
macro_rules! vector {
    ($name:literal) => {
        $crate::Vector {
            name: $name,
            proof: $crate::evidence!(concat!($name, ".der")),
            tampered: $crate::evidence!(concat!($name, "-tampered.der")),
            policy: $crate::evidence!(concat!($name, ".policy")),
            nonce: $crate::evidence!(concat!($name, ".nonce")),
        }
    };
}

/// Judges a good proof and its twin, and says what that took: `RUN name verdict stack instructions`. An image whose judgement is wrong fails.
pub fn run(name: &str, good: &[u8], tampered: &[u8], judge: impl Fn(&[u8]) -> bool) {
    for (proof, expected) in [(good, true), (tampered, false)] {
        let (accepted, cost) = measure(|| judge(core::hint::black_box(proof)));
        say(&["RUN ", name, if accepted { " accepted " } else { " rejected " }]);
        number(cost.stack);
        say(&[" "]);
        number(cost.instructions);
        say(&["\n"]);
        if accepted != expected {
            say(&["FAILED: the other verdict is right\n"]);
            end(false);
        }
    }
}

/// Text for the host.
pub fn say(parts: &[&str]) {
    if let Ok(mut out) = hio::hstdout() {
        for part in parts {
            let _ = out.write_all(part.as_bytes());
        }
    }
}

fn number(mut number: usize) {
    let mut digits = [b'0'; 10];
    let mut first = digits.len();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        if number > 0 || place == 9 {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            first = place;
        }
    }
    say(&[digits.get(first..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or("?")]);
}

/// Ends the emulation.
pub fn end(well: bool) -> ! {
    debug::exit(if well { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    // Looked at where `check` is to read the places of panics; what they would say weighs more than they do.
    if cfg!(feature = "places") {
        core::hint::black_box(info);
    }
    say(&["FAILED: a panic\n"]);
    end(false)
}

#[cortex_m_rt::exception]
unsafe fn HardFault(_: &cortex_m_rt::ExceptionFrame) -> ! {
    say(&["FAILED: a hard fault\n"]);
    end(false)
}
