//! Promise: a queue proves in the order in which it was asked, holds no more than it says, and leaves nobody waiting.
#![cfg(feature = "prover")]

use std::convert::Infallible;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;
use tpmproof::prover::{ProvingQueue, QueueError};

const PATIENCE: Duration = Duration::from_secs(20);

/// A queue whose prover waits to be told before each proof, and says what it has begun with.
struct Gate {
    queue: Arc<ProvingQueue>,
    begun: Receiver<Vec<u8>>,
    go: Sender<()>,
}

fn proof_of(nonce: &[u8]) -> Vec<u8> {
    [b"a proof for ", nonce].concat()
}

fn gate(bound: usize) -> Gate {
    let (begin, begun) = channel();
    let (go, gone) = channel();
    let queue = ProvingQueue::start(bound, move |nonce| {
        begin.send(nonce.to_vec()).unwrap();
        gone.recv_timeout(PATIENCE).unwrap();
        Ok::<_, Infallible>(proof_of(nonce))
    });
    Gate { queue: Arc::new(queue.unwrap()), begun, go }
}

type Asked = JoinHandle<Result<Vec<u8>, QueueError>>;

fn ask(queue: &Arc<ProvingQueue>, nonce: &[u8]) -> Asked {
    let (queue, nonce) = (queue.clone(), nonce.to_vec());
    spawn(move || queue.prove(&nonce))
}

#[test]
fn first_come_first_served() {
    let Gate { queue, begun, go } = gate(8);
    let mut waiting = vec![ask(&queue, &[0])];
    assert_eq!(begun.recv_timeout(PATIENCE).unwrap(), [0]);
    for number in [5, 3, 9, 1] {
        waiting.push(ask(&queue, &[number]));
        // Until it stands in the queue.
        sleep(Duration::from_millis(100));
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        go.send(()).unwrap();
        order.extend(begun.recv_timeout(PATIENCE).unwrap());
    }
    go.send(()).unwrap();
    assert_eq!(order, [5, 3, 9, 1]);
    for (asked, number) in waiting.into_iter().zip([0, 5, 3, 9, 1]) {
        assert_eq!(asked.join().unwrap().unwrap(), proof_of(&[number]));
    }
}

#[test]
fn as_many_wait_as_the_bound_says() {
    // None is one: else nobody could wait even for an idle TPM.
    for (said, bound) in [(0, 1), (1, 1), (2, 2), (5, 5)] {
        let Gate { queue, begun, go } = gate(said);
        let first = ask(&queue, b"first");
        assert_eq!(begun.recv_timeout(PATIENCE).unwrap(), b"first");
        let (result, results) = channel();
        for number in 0..8 {
            let (queue, result) = (queue.clone(), result.clone());
            spawn(move || result.send(queue.prove(&[number])));
        }
        // Those beyond the bound are told at once, while the first is still at work.
        for _ in bound..8 {
            let refused = results.recv_timeout(PATIENCE).unwrap().unwrap_err();
            assert_eq!(refused, QueueError::Full { bound });
            assert!(refused.to_string().starts_with(&format!("{bound} wait for the TPM already")));
        }
        for _ in 0..=bound {
            go.send(()).unwrap();
        }
        for _ in 0..bound {
            assert!(results.recv_timeout(PATIENCE).unwrap().is_ok());
        }
        assert!(first.join().unwrap().is_ok());
        // And then there is room again.
        go.send(()).unwrap();
        assert_eq!(queue.prove(b"later").unwrap(), proof_of(b"later"));
    }
}

#[test]
fn who_waits_gets_his_proof_when_the_queue_is_let_go() {
    let Gate { queue, begun, go } = gate(8);
    let weak = Arc::downgrade(&queue);
    let waiting: Vec<_> = (0..3).map(|number| ask(&queue, &[number])).collect();
    let first = begun.recv_timeout(PATIENCE).unwrap();
    drop(queue);
    (0..3).for_each(|_| go.send(()).unwrap());
    for (asked, number) in waiting.into_iter().zip(0..) {
        assert_eq!(asked.join().unwrap().unwrap(), proof_of(&[number]));
    }
    assert_eq!(first.len(), 1);
    assert!(weak.upgrade().is_none());
    // The last has taken the thread with it.
    assert_eq!(begun.iter().count(), 2);
}

#[test]
fn a_queue_that_is_dropped_ends_its_thread() {
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let queue = ProvingQueue::start(1, move |nonce| {
        let _ = &held;
        Ok::<_, Infallible>(nonce.to_vec())
    });
    let queue = queue.unwrap();
    assert_eq!(queue.prove(b"one").unwrap(), b"one");
    drop(queue);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_panic_stops_the_queue_and_leaves_nobody_waiting() {
    let (begin, begun) = channel();
    let (go, gone) = channel::<()>();
    let gone = Mutex::new(gone);
    let queue = ProvingQueue::start(8, move |_| -> Result<Vec<u8>, Infallible> {
        begin.send(()).unwrap();
        gone.lock().unwrap().recv_timeout(PATIENCE).unwrap();
        panic!("on purpose")
    });
    let queue = Arc::new(queue.unwrap());
    let first = ask(&queue, b"first");
    begun.recv_timeout(PATIENCE).unwrap();
    let (result, results) = channel();
    for number in 0..3 {
        let (queue, result) = (queue.clone(), result.clone());
        spawn(move || result.send(queue.prove(&[number])));
    }
    go.send(()).unwrap();
    assert_eq!(first.join().unwrap(), Err(QueueError::Stopped));
    for _ in 0..3 {
        assert_eq!(results.recv_timeout(PATIENCE).unwrap(), Err(QueueError::Stopped));
    }
    assert_eq!(queue.prove(b"later"), Err(QueueError::Stopped));
    assert!(QueueError::Stopped.to_string().contains("panicked"));
}

#[test]
fn the_words_of_an_error_come_back() {
    let queue = ProvingQueue::start(1, |nonce: &[u8]| match nonce {
        b"good" => Ok(proof_of(nonce)),
        _ => Err("the TPM is in lockout for 600 s"),
    });
    let queue = queue.unwrap();
    let error = queue.prove(b"bad").unwrap_err();
    assert_eq!(error, QueueError::Failed("the TPM is in lockout for 600 s".to_owned()));
    assert_eq!(error.to_string(), "no proof could be made: the TPM is in lockout for 600 s");
    // One that fails does not end the others.
    assert_eq!(queue.prove(b"good").unwrap(), proof_of(b"good"));
}
