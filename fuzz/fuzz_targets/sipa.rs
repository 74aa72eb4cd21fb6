#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    tpmproof_fuzz::sipa(data);
});
