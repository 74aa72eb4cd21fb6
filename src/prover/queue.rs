//! A queue in front of a TPM, which does one thing after the other.

use core::fmt;
use std::string::{String, ToString};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::vec::Vec;

/// Makes proofs one after the other, in the order in which they were asked for, on a thread of its own. So many servers' threads share one
/// TPM, and one attacker who asks without end takes no more than the queue.
///
/// What has begun is finished when the queue is dropped.
#[derive(Debug)]
pub struct ProvingQueue {
    jobs: Option<SyncSender<Job>>,
    worker: Option<JoinHandle<()>>,
    bound: usize,
}

/// Why a queue makes no proof.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueError {
    /// As many as the queue holds are waiting.
    #[expect(missing_docs, reason = "how many that is")]
    Full { bound: usize },
    /// No proof could be made, with the reason.
    Failed(String),
    /// What makes the proofs has panicked.
    Stopped,
}

#[derive(Debug)]
struct Job {
    nonce: Vec<u8>,
    answer: Sender<Result<Vec<u8>, String>>,
}

impl ProvingQueue {
    /// A queue in which `bound` may wait, besides the one whose turn it is. `prove` makes a proof for a nonce.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub fn start<E: fmt::Display>(
        bound: usize,
        mut prove: impl FnMut(&[u8]) -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Self, std::io::Error> {
        // A queue of none would take something only while its thread is already waiting for it.
        let bound = bound.max(1);
        let (jobs, turns): (_, Receiver<Job>) = sync_channel(bound);
        let worker = Builder::new().name("tpmproof".into()).spawn(move || {
            for job in turns {
                // Who went away does not want it any more.
                let _ = job.answer.send(prove(&job.nonce).map_err(|error| error.to_string()));
            }
        })?;
        Ok(Self { jobs: Some(jobs), worker: Some(worker), bound })
    }

    /// Waits for the turn of this nonce, and for its proof.
    ///
    /// # Errors
    /// At once, if too many wait; or if no proof could be made.
    pub fn prove(&self, nonce: &[u8]) -> Result<Vec<u8>, QueueError> {
        let (answer, proved) = channel();
        let job = Job { nonce: nonce.to_vec(), answer };
        match self.jobs.as_ref().ok_or(QueueError::Stopped)?.try_send(job) {
            Ok(()) => proved.recv().map_err(|_| QueueError::Stopped)?.map_err(QueueError::Failed),
            Err(TrySendError::Full(_)) => Err(QueueError::Full { bound: self.bound }),
            Err(TrySendError::Disconnected(_)) => Err(QueueError::Stopped),
        }
    }
}

impl Drop for ProvingQueue {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { bound } => write!(f, "{bound} wait for the TPM already, the most that may; ask again later"),
            Self::Failed(reason) => write!(f, "no proof could be made: {reason}"),
            Self::Stopped => f.write_str("what makes the proofs has panicked; start the server again"),
        }
    }
}

impl core::error::Error for QueueError {}
