//! What events say of the values that registers start with.

use super::replay::{Replay, ReplayError};
use crate::log::{Event, TcgEventType};
use crate::wire::words;

/// The PCRs that a dynamic launch resets: all ones until then.
pub(crate) const DYNAMIC: core::ops::RangeInclusive<u32> = 17..=22;

/// What was said so far of the registers' start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    locality: bool,
    hcrtm: bool,
    /// PCR 0 was extended by something else than a hardware root of trust.
    extended: bool,
}

impl Start {
    /// What an event changes before it is extended itself.
    pub(super) fn prepare(&mut self, event: &Event<'_>, ccel: bool, replay: &mut Replay) -> Result<(), ReplayError> {
        let type_ = event.event_type().unverified();
        let last =
            |octet| move |value: &mut [u8]| value.iter_mut().next_back().into_iter().for_each(|last| *last = octet);
        if let Some(locality) = startup_locality(event, self.locality, self.extended || self.hcrtm)? {
            self.locality = true;
            if !ccel {
                replay.set(0, last(locality));
            }
        }
        if type_ == TcgEventType::EFI_HCRTM_EVENT {
            judge_hcrtm(event, self.extended)?;
            if !self.hcrtm && !ccel {
                // TPM 2.0 Part 1, 34.3: what measures before start-up does so from locality 4.
                replay.set(0, last(4));
            }
            self.hcrtm = true;
        } else if event.extends() && event.register() == 0 {
            self.extended = true;
        }
        // Intel TXT's events of a dynamic launch, the first of which sets these PCRs to zero.
        let launch = DYNAMIC.contains(&event.register()) && (0x401..0x500).contains(&type_.0);
        let extended = |register| u8::try_from(register).is_ok_and(|register| replay.is_extended(register));
        if launch && !DYNAMIC.into_iter().any(extended) {
            for register in DYNAMIC.filter_map(|register| usize::try_from(register).ok()) {
                replay.set(register, |value| value.fill(0));
            }
        }
        Ok(())
    }
}

/// The locality that an event is about, if it is such an event.
fn startup_locality(event: &Event<'_>, twice: bool, late: bool) -> Result<Option<u8>, ReplayError> {
    let no = |rule| Err(ReplayError::StartupLocality { event: event.index, rule: words(rule) });
    if event.extends() {
        return Ok(None);
    }
    match event.data().unverified().strip_prefix(b"StartupLocality\0") {
        None => Ok(None),
        Some(_) if event.register() != 0 => no("it is of PCR 0"),
        Some(_) if twice => no("there is one at most"),
        Some(_) if late => no("it stands before PCR 0 is extended"),
        Some([locality @ (0 | 3 | 4)]) => Ok(Some(*locality)),
        Some([_]) => no("the locality is 0, 3 or 4"),
        Some(_) => no("it has 17 octets"),
    }
}

fn judge_hcrtm(event: &Event<'_>, late: bool) -> Result<(), ReplayError> {
    let no = |rule| Err(ReplayError::Hcrtm { event: event.index, rule: words(rule) });
    match event.data().unverified() {
        _ if event.register() != 0 => no("it is of PCR 0"),
        _ if late => no("it stands before any other event of PCR 0"),
        b"HCRTM" => Ok(()),
        _ => no("its data is \"HCRTM\""),
    }
}
