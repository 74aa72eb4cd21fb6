//! One proof that is explained: what it quotes, and where its logs lead. Whether that was verified is for its label to say.

use crate::crypto::{Crypto, HashAlgorithm, SOFTWARE};
use crate::log::EventLog;
use crate::proof::Proof;
use crate::structures::TpmAlgId;
use crate::verify::{DYNAMIC, EventFilter, LogName, LogPart, Measured, MeasuredEvents, Replay, ReplayError};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

/// A proof with those of its logs that explain something.
pub(crate) struct Side<'p> {
    proof: &'p Proof<'p>,
    parts: Vec<LogPart<'p>>,
    replay: Option<Replay>,
    /// How many entries of the runtime list the quote covers: a list grows after it.
    entries: u32,
    /// What could not be read.
    pub(crate) notes: Vec<String>,
}

/// Where the logs lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// To the value.
    Explained,
    /// To the value, after so many of the events.
    Before(usize, usize),
    /// To another value.
    Unexplained,
    /// Nothing extended it, and no log has an event of it.
    Unextended,
    /// Something extended it, and no log has an event of it.
    NoEvents,
    /// An event has no digest of the bank.
    WithoutBank,
}

impl<'p> Side<'p> {
    /// With all the logs of the proof, in its order.
    pub(crate) fn of(proof: &'p Proof<'p>) -> Self {
        let (mut parts, mut notes) = (Vec::new(), Vec::new());
        let mut names = BTreeSet::new();
        for log in proof.evidence().logs.iter() {
            let reason = match LogName::by_name(log.format).map(|name| (name, name.decode(log.bytes))) {
                Some(_) if !names.insert(log.format) => "it is the second of its name".to_string(),
                Some((name, Ok(log))) => {
                    parts.push(LogPart { name, ..LogPart::whole(log) });
                    continue;
                }
                Some((_, Err(error))) => error.to_string(),
                None => "no log of this name is known".to_string(),
            };
            notes.push(format!("the log {:?} is passed over: {reason}", log.format));
        }
        Self::with(proof, parts, notes)
    }

    /// With these logs.
    pub(crate) fn with(proof: &'p Proof<'p>, mut parts: Vec<LogPart<'p>>, mut notes: Vec<String>) -> Self {
        let run = |parts: &[LogPart<'p>]| {
            let mut replay = Replay::start();
            let entries = replay.run(parts, &SOFTWARE, Some(proof.evidence().pcr_values))?;
            Ok((replay, entries))
        };
        let mut replayed = run(&parts);
        // What is wrong with the list says nothing of other logs.
        if let Err(error @ ReplayError::RuntimeList { .. }) = &replayed {
            notes.push(format!("the runtime list is passed over: {error}"));
            parts.retain(|part| !matches!(part.log, EventLog::Ima(_)));
            replayed = run(&parts);
        }
        let (replay, entries) = match replayed {
            Ok((replay, entries)) => (Some(replay), entries),
            Err(error) => {
                notes.push(format!("the logs cannot be replayed: {error}"));
                (None, u32::MAX)
            }
        };
        Self { proof, parts, replay, entries, notes }
    }

    /// What is quoted, in banks that are hashed here.
    pub(crate) fn pcrs(&self) -> impl Iterator<Item = (HashAlgorithm, u8, &'p [u8])> + use<'p> {
        let values = self.proof.evidence().pcr_values.iter();
        values.filter_map(|pcr| Some((HashAlgorithm::try_from(pcr.bank).ok()?, pcr.index, pcr.value)))
    }

    pub(crate) fn value(&self, bank: HashAlgorithm, index: u8) -> Option<&'p [u8]> {
        self.pcrs().find(|(known, number, _)| *known == bank && *number == index).map(|(_, _, value)| value)
    }

    /// The events of a PCR, in the order of the logs; of a runtime list those that the quote covers.
    pub(crate) fn events(&self, bank: HashAlgorithm, index: u8) -> Vec<Measured<'p>> {
        let all = MeasuredEvents::new(&self.parts, EventFilter::ALL, bank, &SOFTWARE);
        let counts = |event: &Measured<'_>| {
            !event.event.is_ima() || u32::try_from(event.event.index).is_ok_and(|entry| entry < self.entries)
        };
        all.filter(|event| event.event.register() == u32::from(index) && counts(event)).collect()
    }

    pub(crate) fn state(&self, bank: HashAlgorithm, index: u8) -> State {
        let Some(value) = self.value(bank, index) else { return State::NoEvents };
        let Some(replay) = &self.replay else { return State::Unexplained };
        if !replay.is_extended(index) {
            // Before a dynamic launch these hold ones.
            let start = if DYNAMIC.contains(&index.into()) { 0xff } else { 0 };
            let unextended = value.iter().all(|octet| *octet == 0 || *octet == start);
            return if unextended { State::Unextended } else { State::NoEvents };
        }
        match replay.value(bank, index) {
            None => State::WithoutBank,
            Some(led) if led == value => State::Explained,
            Some(_) => {
                let events: Vec<_> = self.events(bank, index).iter().map(extension).collect();
                let before = self.walk(bank, index, &events).and_then(|mut values| values.position(|one| one == value));
                // One that none of them extended is not what the log is of.
                let before = before.filter(|count| *count > 0);
                before.map_or(State::Unexplained, |count| State::Before(count, events.len()))
            }
        }
    }

    /// What the PCR holds before the first of its events, of which these are the digests, and after each; nothing where its start cannot be
    /// told.
    pub(crate) fn walk<'e>(
        &self,
        bank: HashAlgorithm,
        index: u8,
        events: &'e [Cow<'p, [u8]>],
    ) -> Option<impl Iterator<Item = Vec<u8>> + use<'e, 'p>> {
        let start = self.start(bank, index, events)?;
        let mut digests = events.iter();
        let mut next = Some(start);
        Some(core::iter::from_fn(move || {
            let value = next.take()?;
            next = digests.next().and_then(|digest| extended(bank, &value, digest));
            Some(value)
        }))
    }

    /// What the PCR held before the first of its events: zeros; or the locality of start-up in the last octet of PCR 0; or ones, before a
    /// dynamic launch.
    pub(crate) fn start(&self, bank: HashAlgorithm, index: u8, events: &[Cow<'p, [u8]>]) -> Option<Vec<u8>> {
        let end = self.replay.as_ref()?.value(bank, index)?;
        let localities: &[u8] = if index == 0 { &[0, 3, 4] } else { &[0] };
        let ones = DYNAMIC.contains(&index.into()).then(|| std::vec![0xff; bank.output_len()]);
        let starts = localities.iter().map(|last| {
            let mut start = std::vec![0; bank.output_len()];
            start.last_mut().into_iter().for_each(|octet| *octet = *last);
            start
        });
        let leads = |start: &Vec<u8>| {
            let last = events.iter().try_fold(start.clone(), |value, digest| extended(bank, &value, digest));
            last.is_some_and(|last| last == end)
        };
        starts.chain(ones).find(leads)
    }

    /// Whether a log has a bank.
    pub(crate) fn has(&self, bank: HashAlgorithm) -> bool {
        self.parts.iter().any(|part| part.log.has(TpmAlgId::from(bank)))
    }
}

/// What an event extended its bank with; an entry of a runtime list with the digest of its data, whatever bank the list is of.
pub(crate) fn extension<'a>(event: &Measured<'a>) -> Cow<'a, [u8]> {
    let entry = event.event.ima().and_then(|entry| entry.extended(event.bank, &SOFTWARE).ok());
    entry.map_or(Cow::Borrowed(event.digest), |digest| Cow::Owned(digest.as_bytes().to_vec()))
}

/// A PCR's value after one event more.
pub(crate) fn extended(bank: HashAlgorithm, value: &[u8], digest: &[u8]) -> Option<Vec<u8>> {
    SOFTWARE.digest(bank, &mut [value, digest].into_iter()).ok().map(|digest| digest.as_bytes().to_vec())
}

impl State {
    /// The name that JSON uses.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::Before(..) => "explained-before-the-end",
            Self::Unexplained => "unexplained",
            Self::Unextended => "unextended",
            Self::NoEvents => "absent-from-log",
            Self::WithoutBank => "without-bank",
        }
    }

    /// The same for people.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Explained => "its log leads to it".into(),
            Self::Before(count, all) => {
                format!("its log leads to it after {count} of {all} events; the others came later")
            }
            Self::Unexplained => "its log leads to another value".into(),
            Self::Unextended => "nothing extended it".into(),
            Self::NoEvents => "no log has an event of it".into(),
            Self::WithoutBank => "its log lacks digests of this bank".into(),
        }
    }
}
