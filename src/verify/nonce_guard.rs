//! Nonces that are asked with once, and answered once.

use super::{Challenge, Time, VerifyError};
use core::fmt;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::vec::Vec;

/// Keeps the nonces that a verifier has sent, so that each is good for one proof: without it, who has seen an accepted proof could show
/// it again for as long as somebody believes the nonce.
///
/// Share one between all that verify. It holds a bounded number, and forgets each when its time is over, used or not; until then a used one
/// is known to be used. Without `std`, keep one nonce in a variable and take it out before it is verified with.
///
/// ```
/// use core::time::Duration;
/// use tpmproof::verify::{NonceError, NonceGuard, Time};
///
/// let guard = NonceGuard::new(10_000, Duration::from_secs(60));
/// let nonce = [7; 32]; // random, in earnest
/// let now = Time::now();
/// guard.issue(&nonce, now)?;
/// let challenge = guard.redeem(&nonce, now)?; // for verify_proof
/// assert_eq!(guard.redeem(&nonce, now).unwrap_err(), NonceError::Reused);
/// # let _ = challenge;
/// # Ok::<(), NonceError>(())
/// ```
#[derive(Debug)]
pub struct NonceGuard {
    capacity: usize,
    lifetime: Duration,
    nonces: Mutex<Nonces>,
}

#[derive(Debug, Default)]
struct Nonces {
    /// Whether each was used.
    used: BTreeMap<Vec<u8>, bool>,
    /// The same, by their ends: a clock can go back.
    ends: BTreeSet<(Time, Vec<u8>)>,
}

/// Why a nonce is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NonceError {
    /// It is empty.
    Empty,
    /// It was sent before: whatever makes them is not random.
    Repeated,
    /// As many as the guard holds are kept until their time is over.
    #[expect(missing_docs, reason = "how many that is")]
    Full { capacity: usize },
    /// It was never sent, or its time is over.
    Unknown,
    /// It was answered before.
    Reused,
}

impl NonceGuard {
    /// A guard for at most `capacity` nonces, each of which is good for a `lifetime`, in whole seconds.
    #[must_use]
    pub fn new(capacity: usize, lifetime: Duration) -> Self {
        Self { capacity, lifetime, nonces: Mutex::default() }
    }

    /// Takes down a nonce that is about to be sent.
    ///
    /// # Errors
    /// [`NonceError::Full`], [`NonceError::Repeated`] or [`NonceError::Empty`]: then do not send it.
    pub fn issue(&self, nonce: &[u8], now: Time) -> Result<(), NonceError> {
        let mut nonces = self.at(now);
        if nonce.is_empty() {
            return Err(NonceError::Empty);
        }
        if nonces.used.contains_key(nonce) {
            return Err(NonceError::Repeated);
        }
        if nonces.used.len() >= self.capacity {
            return Err(NonceError::Full { capacity: self.capacity });
        }
        let end = Time::from_unix_seconds(now.unix_seconds().saturating_add(self.lifetime.as_secs()));
        nonces.used.insert(nonce.to_vec(), false);
        nonces.ends.insert((end, nonce.to_vec()));
        Ok(())
    }

    /// The challenge for the one verification that the nonce is good for, whatever comes of it.
    ///
    /// # Errors
    /// [`NonceError::Reused`] or [`NonceError::Unknown`].
    pub fn redeem<'n>(&self, nonce: &'n [u8], now: Time) -> Result<Challenge<'n>, NonceError> {
        match self.at(now).used.get_mut(nonce) {
            None => Err(NonceError::Unknown),
            Some(true) => Err(NonceError::Reused),
            Some(used) => {
                *used = true;
                Challenge::nonce(nonce).map_err(|_: VerifyError<'_>| NonceError::Empty)
            }
        }
    }

    /// What is kept, without those whose time is over.
    fn at(&self, now: Time) -> MutexGuard<'_, Nonces> {
        // Nothing is left half done where somebody panicked.
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        while nonces.ends.first().is_some_and(|(end, _)| *end < now) {
            if let Some((_, nonce)) = nonces.ends.pop_first() {
                nonces.used.remove(&nonce);
            }
        }
        nonces
    }
}

impl fmt::Display for NonceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the nonce is empty; give random bytes that were used for no other quote"),
            Self::Repeated => f.write_str("the nonce was sent before: what makes nonces here is not random"),
            Self::Full { capacity } => {
                write!(f, "{capacity} nonces are kept until their time is over, and no more; ask again later")
            }
            Self::Unknown => f.write_str("the nonce was not sent from here, or too long ago; ask with a new one"),
            Self::Reused => f.write_str("the nonce was answered before, and is good for one proof; ask with a new one"),
        }
    }
}

impl core::error::Error for NonceError {}
