#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    tpmproof_fuzz::text_log(data);
});
