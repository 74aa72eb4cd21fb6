//! An interrupt waits until the TPM, or a file that is being written, is as it should be. A second one does not wait.

use super::super::error::CliError;
use core::sync::atomic::{AtomicBool, Ordering};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::{Arc, OnceLock};

/// What the handlers of the signals read and set.
#[derive(Debug)]
struct Flags {
    /// Whether a signal ends the process at once, as it does where nothing is held.
    interruptible: Arc<AtomicBool>,
    /// Whether a signal came while something was held.
    pending: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// For as long as this lives, the first interrupt waits.
#[derive(Debug)]
pub(crate) struct Hold(());

/// Lets interrupts wait from now on; where one waits already, the next does not.
pub(crate) fn hold() -> Hold {
    let flags = FLAGS.get_or_init(|| {
        let flags = Flags { interruptible: Arc::new(true.into()), pending: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flags as they were, and lets the second end the process. Without handlers every
            // signal does.
            let _ = flag::register_conditional_default(signal, Arc::clone(&flags.interruptible))
                .and_then(|_| flag::register(signal, Arc::clone(&flags.pending)))
                .and_then(|_| flag::register(signal, Arc::clone(&flags.interruptible)));
        }
        flags
    });
    if !flags.pending.load(Ordering::SeqCst) {
        flags.interruptible.store(false, Ordering::SeqCst);
    }
    Hold(())
}

/// What comes after an interrupt that waited.
///
/// # Errors
/// If there was one.
pub(crate) fn check() -> Result<(), CliError> {
    match FLAGS.get() {
        Some(flags) if flags.pending.load(Ordering::SeqCst) => {
            Err(CliError::Environment("interrupted; nothing was written".into()))
        }
        _ => Ok(()),
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(flags) = FLAGS.get() {
            flags.interruptible.store(true, Ordering::SeqCst);
        }
    }
}
