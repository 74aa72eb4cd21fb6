//! The log of an application: what it measured of itself, and what its PCR was extended with.
//!
//! The log is written, and is on the disk, before the PCR is extended. So after a crash the PCR holds what the log leads to, or what it
//! leads to without its last event; the next that measures tells which, and mends it.

use super::bank::{Bank, replayed};
use super::commands::ReadClock;
use super::kdf::digest;
use super::lock::{self, LogLock};
use super::pcr::hashed;
use super::{Hashed, MeasureError, Note, Tpm};
use crate::crypto::HashAlgorithm;
use crate::log::{Event, Measurement, TcgEventType, TcgLog, write_event, write_header};
use crate::structures::{TpmAlgId, TpmiAlgHash, TpmtHa};
use crate::verify::BankSelection;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

/// Something to measure.
#[derive(Clone, Debug)]
pub struct NewMeasurement {
    /// What it is, such as `weights`.
    pub kind: String,
    /// Which one; may be empty.
    pub name: String,
    /// Its digest and size.
    pub hashed: Hashed,
}

/// A log, and the PCR that its events extend.
#[derive(Clone, Debug)]
pub struct ApplicationLog {
    path: PathBuf,
    pcr: u8,
}

/// No log of an application grows beyond this.
pub const MAX_LOG: u64 = 16 * 1024 * 1024;

impl NewMeasurement {
    /// What ends a log.
    #[must_use]
    pub fn seal() -> Self {
        Self { kind: Measurement::SEAL.into(), name: String::new(), hashed: Hashed::of(&[]) }
    }

    fn to_der(&self) -> Vec<u8> {
        let measurement = Measurement {
            kind: &self.kind,
            name: &self.name,
            algorithm: TpmAlgId::from(self.hashed.algorithm),
            digest: &self.hashed.digest,
            size: Some(self.hashed.size),
        };
        measurement.to_der()
    }
}

impl ApplicationLog {
    /// The log at a path, of a PCR. The file need not be there yet; beside it lies a second one, with `.lock` behind its name.
    #[must_use]
    pub fn new(path: &Path, pcr: u8) -> Self {
        Self { path: path.into(), pcr }
    }

    /// Writes measurements into the log and extends the PCR with each in every active bank. Only one process at a time does so; `open`
    /// is called once it is this one's turn. `note` is told what a person should know, also where an error follows.
    ///
    /// # Errors
    /// If the log is sealed, is full, is not of this PCR, or does not lead to what the PCR holds; if the disk or the TPM fails. What was
    /// measured before the error stays measured, and the log says so.
    pub fn append(
        &self,
        measurements: &[NewMeasurement],
        open: impl FnOnce() -> Result<Tpm, super::ProverError>,
        note: &mut dyn FnMut(Note),
    ) -> Result<(), MeasureError> {
        if measurements.iter().rev().skip(1).any(|one| one.kind == Measurement::SEAL) {
            return Err(MeasureError::Sealed(self.path.clone()));
        }
        let lock = LogLock::exclusive(&self.path)?;
        let mut tpm = open()?;
        let mut file = self.open()?;
        let banks = self.resume(&mut tpm, &mut file, &lock, note)?;
        let events: Vec<Vec<u8>> = measurements.iter().map(NewMeasurement::to_der).collect();
        self.judge_room(&file, &banks, &events)?;
        for (place, der) in events.iter().enumerate() {
            let digests: Vec<Bank> = banks.iter().map(|bank| Bank::new(*bank, digest(*bank, &[der]))).collect();
            let digests: Vec<TpmtHa<'_>> = digests.iter().map(Bank::as_digest).collect();
            let before = self.write(&mut file, &event(self.pcr, &digests, der))?;
            if let Err(error) = tpm.extend(self.pcr, &digests) {
                // A TPM that refuses has not extended; of one that is gone nobody knows, and the next that measures will tell.
                if error.code().is_some() {
                    self.cut(&mut file, before)?;
                }
                return Err(error.into());
            }
            note(Note::Measured(place));
        }
        Ok(tpm.close()?)
    }

    fn open(&self) -> Result<File, MeasureError> {
        let flags = lock::no_follow();
        let file =
            OpenOptions::new().read(true).append(true).create(true).mode(0o644).custom_flags(flags).open(&self.path);
        lock::a_file(file.map_err(MeasureError::file(&self.path, "open"))?, &self.path)
    }

    /// The active banks, once the log leads to what the PCR holds in them.
    fn resume(
        &self,
        tpm: &mut Tpm,
        file: &mut File,
        lock: &LogLock,
        note: &mut dyn FnMut(Note),
    ) -> Result<Vec<HashAlgorithm>, MeasureError> {
        let mut bytes = Vec::new();
        file.take(MAX_LOG.saturating_add(1)).read_to_end(&mut bytes).map_err(MeasureError::file(&self.path, "read"))?;
        if u64::try_from(bytes.len()).is_ok_and(|size| size > MAX_LOG) {
            return Err(self.full());
        }
        let clock = tpm.execute(&ReadClock {}, &mut [])?.current_time.clock_info;
        let active = hashed(&tpm.active_banks()?)?;
        let held = self.held(tpm, &active)?;
        let names: Vec<TpmiAlgHash> = active.iter().map(|bank| TpmiAlgHash((*bank).into())).collect();
        let header = write_header(&names);
        let start = if bytes.len() < header.len() { None } else { lock.read_start()? };
        // After a reset an event that was never extended is one of an earlier start, and is not made good any more.
        let earlier = start.as_ref().is_some_and(|start| start.clock.reset_count != clock.reset_count);
        if header.starts_with(&bytes) && (earlier || bytes.len() < header.len()) {
            // A new log, or one whose first writing was stopped, or to which nothing was written at an earlier start.
            self.cut(file, 0)?;
            if matches!(self.pcr, 0..8 | 10 | 16..) {
                note(Note::NotTheApplications(self.pcr));
            }
            if held.iter().any(|bank| !bank.is_start(self.pcr)) {
                note(Note::NotAtItsStart(self.pcr));
            }
            lock.write_start(&clock, &held.iter().map(Bank::as_digest).collect::<Vec<_>>())?;
            self.write(file, &header)?;
            lock::sync_folder(&self.path)?;
            return Ok(active);
        }
        let elsewhere = || {
            let reboot = earlier || held.iter().all(Bank::is_zero);
            MeasureError::NotExplained { path: self.path.clone(), pcr: self.pcr, reboot }
        };
        if earlier {
            return Err(elsewhere());
        }
        let same_start = start.as_ref().is_some_and(|start| start.clock.restart_count == clock.restart_count);
        let values = start.map(|start| start.values).unwrap_or_default();
        let log = match TcgLog::from_bytes(&bytes) {
            Ok(log) => log,
            Err(error) => {
                // What is written last may be cut or empty where the machine lost its power.
                let (whole, rest) = bytes.split_at_checked(error.offset).unwrap_or((&bytes, &[]));
                let log = TcgLog::from_bytes(whole).map_err(|_| self.unreadable(error))?;
                self.judge(&log, &active)?;
                if replayed(&log, &active, &values).0 != held {
                    return Err(if held.iter().all(Bank::is_zero) { elsewhere() } else { self.unreadable(error) });
                }
                self.cut(file, u64::try_from(whole.len()).unwrap_or(u64::MAX))?;
                note(Note::CutOff(rest.len()));
                log
            }
        };
        self.judge(&log, &active)?;
        let (after, before) = replayed(&log, &active, &values);
        let last = log.events().last().filter(Event::extends);
        match &last {
            _ if after == held => {}
            // Zeros may be those of another start, of which the event tells nothing: then it is not made good any more.
            Some(last) if before == held && (same_start || !held.iter().all(Bank::is_zero)) => {
                let digests: Vec<TpmtHa<'_>> = (last.digests.iter())
                    .map(|(algorithm, digest)| TpmtHa { hash_alg: TpmiAlgHash(algorithm), digest })
                    .collect();
                tpm.extend(self.pcr, &digests)?;
                note(Note::Extended(last.index));
            }
            _ => return Err(elsewhere()),
        }
        match last.and_then(|last| Measurement::from_event(&last)) {
            Some(last) if last.kind == Measurement::SEAL => Err(MeasureError::Sealed(self.path.clone())),
            _ => Ok(active),
        }
    }

    /// The log is of this PCR and of the banks that the TPM has, and holds measurements alone, each as it was measured.
    fn judge(&self, log: &TcgLog<'_>, active: &[HashAlgorithm]) -> Result<(), MeasureError> {
        let algorithms = log.spec_id().map_or(0, |spec_id| spec_id.algorithms().count());
        if algorithms != active.len() || !active.iter().all(|bank| log.has((*bank).into())) {
            return Err(MeasureError::OtherBanks(self.path.clone()));
        }
        for event in log.events().filter(Event::extends) {
            let (path, index) = (self.path.clone(), event.index);
            let data = Measurement::tagged(event.data().unverified()).filter(|_| Measurement::is_in(&event));
            let Some(der) = data.filter(|_| event.register() == u32::from(self.pcr)) else {
                return Err(MeasureError::OtherLog { path, pcr: self.pcr, event: index });
            };
            let of_data = |bank: &HashAlgorithm| event.digests.get((*bank).into()) == Some(&digest(*bank, &[der])[..]);
            if !active.iter().all(of_data) {
                return Err(MeasureError::Edited { path, event: index });
            }
        }
        Ok(())
    }

    fn held(&self, tpm: &mut Tpm, active: &[HashAlgorithm]) -> Result<Vec<Bank>, MeasureError> {
        let pcrs = 1u32.checked_shl(self.pcr.into()).unwrap_or(0);
        let selection: Vec<BankSelection> = active.iter().map(|bank| BankSelection { bank: *bank, pcrs }).collect();
        let values = tpm.read_pcrs(&selection)?;
        Ok(active.iter().zip(values).map(|(bank, read)| Bank::new(*bank, read.value)).collect())
    }

    fn judge_room(&self, file: &File, banks: &[HashAlgorithm], ders: &[Vec<u8>]) -> Result<(), MeasureError> {
        let digests = banks.iter().map(|bank| bank.output_len().saturating_add(2)).sum::<usize>();
        let event = |der: &Vec<u8>| der.len().saturating_add(digests).saturating_add(24);
        let more = u64::try_from(ders.iter().map(event).sum::<usize>()).unwrap_or(u64::MAX);
        let size = file.metadata().map_err(MeasureError::file(&self.path, "look at"))?.len();
        if size.saturating_add(more) > MAX_LOG { Err(self.full()) } else { Ok(()) }
    }

    /// Appends, to the disk; the size of the file before. What could not be written whole is not there.
    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<u64, MeasureError> {
        let before = file.metadata().map_err(MeasureError::file(&self.path, "look at"))?.len();
        if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_data()) {
            self.cut(file, before)?;
            return Err(MeasureError::file(&self.path, "write to")(error));
        }
        Ok(before)
    }

    fn cut(&self, file: &mut File, size: u64) -> Result<(), MeasureError> {
        let cut = file.set_len(size).and_then(|()| file.sync_data()).and_then(|()| file.seek(SeekFrom::End(0)));
        cut.map(|_| ()).map_err(MeasureError::file(&self.path, "shorten"))
    }

    fn full(&self) -> MeasureError {
        MeasureError::Full(self.path.clone())
    }

    fn unreadable(&self, error: crate::log::LogError) -> MeasureError {
        MeasureError::Unreadable { path: self.path.clone(), error }
    }
}

fn event(pcr: u8, digests: &[TpmtHa<'_>], der: &[u8]) -> Vec<u8> {
    let size = u32::try_from(der.len()).unwrap_or(u32::MAX);
    let data = [&Measurement::TAG.to_le_bytes()[..], &size.to_le_bytes(), der].concat();
    write_event(pcr.into(), TcgEventType::EVENT_TAG, digests, &data)
}
