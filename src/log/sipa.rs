//! What Windows measures while it boots: tagged events whose data nests (`SIPAEVENT_…` of the Windows Boot Configuration Log).

use super::LogErrorKind;
use super::little_endian::{Read, sized, uint32};
use super::sipa_names::{Value, named};
use super::utf16::Utf16;
use crate::wire::Hex;
use core::fmt;

/// A tree of Windows's events, known to decode.
#[derive(Clone, Copy)]
pub struct SipaTree<'a>(&'a [u8]);

/// One event of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SipaEvent<'a> {
    /// How many containers it stands in.
    pub depth: usize,
    /// What it is.
    pub id: u32,
    /// What it holds: of a container, the events in it, which follow.
    pub data: &'a [u8],
}

/// The levels of a tree. Windows has two.
const MAX_DEPTH: usize = 4;

const CONTAINER: u32 = 0x4001_0000;
/// What is not measured has this bit too.
const NOT_MEASURED: u32 = 0x8000_0000;

/// Whether a tag is one of Windows's: a container, or one of the classes from information to dynamic launch.
pub(super) fn is_sipa(tag: u32) -> bool {
    let class = (tag & !NOT_MEASURED) >> 16;
    is_container(tag) || (0x0002..=0x000c).contains(&class)
}

fn is_container(tag: u32) -> bool {
    tag & 0x7fff_0000 == CONTAINER
}

impl<'a> SipaTree<'a> {
    /// Reads a tree of all of `data`.
    ///
    /// # Errors
    /// If an event is larger than what it stands in, or stands too deep.
    pub fn decode(data: &'a [u8]) -> Result<Self, LogErrorKind> {
        let mut walk = Walk { rest: data, outer: top() };
        while let Some(event) = walk.step() {
            event?;
        }
        Ok(Self(data))
    }

    /// The events, each container before what it holds.
    pub fn events(&self) -> impl Iterator<Item = SipaEvent<'a>> + use<'a> {
        let mut walk = Walk { rest: self.0, outer: top() };
        core::iter::from_fn(move || walk.step()?.ok())
    }
}

/// A walk without recursion: what is left on each level above.
struct Walk<'a> {
    rest: &'a [u8],
    outer: Outer<'a>,
}

/// The levels above, and how many there are.
type Outer<'a> = ([&'a [u8]; MAX_DEPTH], usize);

const fn top<'a>() -> Outer<'a> {
    ([&[]; MAX_DEPTH], 0)
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Option<Result<SipaEvent<'a>, LogErrorKind>> {
        while self.rest.is_empty() {
            let (levels, depth) = &mut self.outer;
            *depth = depth.checked_sub(1)?;
            self.rest = *levels.get(*depth)?;
        }
        let event = self.read();
        if event.is_err() {
            // Nothing that follows has a place.
            (self.rest, self.outer.1) = (&[], 0);
        }
        Some(event)
    }

    fn read(&mut self) -> Result<SipaEvent<'a>, LogErrorKind> {
        let ((id, data), rest) = header(self.rest)?;
        let (levels, depth) = &mut self.outer;
        let event = SipaEvent { depth: *depth, id, data };
        self.rest = rest;
        if is_container(id) {
            *levels
                .get_mut(*depth)
                .filter(|_| event.depth < MAX_DEPTH.saturating_sub(1))
                .ok_or(LogErrorKind::TooDeep)? = rest;
            *depth = depth.saturating_add(1);
            self.rest = data;
        }
        Ok(event)
    }
}

fn header(input: &[u8]) -> Read<'_, (u32, &[u8])> {
    let (id, rest) = uint32(input)?;
    let (data, rest) = sized(rest)?;
    Ok(((id, data), rest))
}

impl SipaEvent<'_> {
    /// Its name in words, if it is known.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        named(self.id).map(|(name, _)| name)
    }
}

/// What it is, and its value by its kind.
impl fmt::Display for SipaEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, kind) = match named(self.id) {
            Some((name, kind)) => (Some(name), kind),
            None => (None, Value::Octets),
        };
        match name {
            Some(name) => f.write_str(name)?,
            None => write!(f, "{:#010x}", self.id)?,
        }
        if is_container(self.id) {
            return Ok(());
        }
        let number = self.data.len() <= 8;
        match (kind, self.data) {
            (_, []) => Ok(()),
            (Value::Switch, [0]) => f.write_str(": off"),
            (Value::Switch, [1]) => f.write_str(": on"),
            (Value::Switch | Value::Number, data) if number => {
                write!(f, ": {}", data.iter().rev().fold(0u64, |number, octet| number << 8 | u64::from(*octet)))
            }
            (Value::Text, data) => write!(f, ": {}", Utf16::until_zero(data)),
            (_, data) => match data.split_at_checked(32) {
                Some((start, [_, ..])) => write!(f, ": {}… ({} bytes)", Hex(start), data.len()),
                _ => write!(f, ": {}", Hex(data)),
            },
        }
    }
}

/// All events in one line; what a container holds stands in parentheses.
impl fmt::Display for SipaTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut before, mut first) = (0usize, true);
        for event in self.events() {
            if event.depth > before {
                f.write_str(" (")?;
            } else {
                (event.depth..before).try_for_each(|_| f.write_str(")"))?;
                f.write_str(if first { "" } else { ", " })?;
            }
            event.fmt(f)?;
            (before, first) = (event.depth, false);
        }
        (0..before).try_for_each(|_| f.write_str(")"))
    }
}

impl fmt::Debug for SipaTree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.events()).finish()
    }
}
