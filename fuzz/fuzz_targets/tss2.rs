#![no_main]
#[path = "../src/tss2.rs"]
mod judge;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    judge::tss2(data);
});
