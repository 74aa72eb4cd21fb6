//! The lists of a policy: slices of the caller's, or parts of a policy in DER, which are read where they stand.

use crate::wire::Parsed;
use core::fmt;

/// A list in a policy. [`PolicyList::new`] makes one of a slice; [`super::Policy::from_der`] makes them without a copy.
#[derive(Clone, Copy)]
pub struct PolicyList<'a, T>(Items<'a, T>);

#[derive(Clone, Copy)]
enum Items<'a, T> {
    Slice(&'a [T]),
    /// Elements one after the other, each of which was read before.
    Der(&'a [u8]),
}

/// What policies have lists of. Sealed: nobody else has items.
pub trait PolicyItem<'a>: Copy + PartialEq + fmt::Debug + Sized {
    fn decode(input: &'a [u8]) -> Parsed<'a, Self>;

    #[cfg(feature = "std")]
    fn encode(&self, out: &mut std::vec::Vec<u8>);
}

impl<'a, T> PolicyList<'a, T> {
    /// No items.
    pub const EMPTY: Self = Self(Items::Slice(&[]));

    /// These items.
    #[must_use]
    pub const fn new(items: &'a [T]) -> Self {
        Self(Items::Slice(items))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        match self.0 {
            Items::Slice(items) => items.is_empty(),
            Items::Der(elements) => elements.is_empty(),
        }
    }
}

impl<'a, T: PolicyItem<'a>> PolicyList<'a, T> {
    /// The items, in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + Clone + use<'a, T> {
        self.entries().map(|(_, item)| item)
    }

    /// The items, in order, each with its place.
    pub(crate) fn entries(&self) -> Entries<'a, T> {
        match self.0 {
            Items::Slice(slice) => Entries { slice, elements: &[] },
            Items::Der(elements) => Entries { slice: &[], elements },
        }
    }

    /// Whether an item is among them.
    #[must_use]
    pub fn contains(&self, item: &T) -> bool {
        self.iter().any(|one| one == *item)
    }

    /// The first that stands there again.
    pub(crate) fn repeated(&self) -> Option<T> {
        self.repeated_by(T::eq)
    }

    /// The first that `is_like` a later one.
    pub(crate) fn repeated_by(&self, is_like: impl Fn(&T, &T) -> bool) -> Option<T> {
        let mut later = self.entries();
        while let Some((_, item)) = later.next() {
            if later.clone().any(|(_, other)| is_like(&item, &other)) {
                return Some(item);
            }
        }
        None
    }

    /// Reads a list whose elements fill `content`.
    pub(crate) fn decode(content: &'a [u8]) -> Parsed<'a, Self> {
        let mut rest = content;
        while !rest.is_empty() {
            rest = T::decode(rest)?.0;
        }
        Ok((rest, Self(Items::Der(content))))
    }
}

/// What of a list is still to come. Each kind of list is walked in one place, for the sake of small machines.
#[derive(Clone)]
pub(crate) struct Entries<'a, T> {
    slice: &'a [T],
    elements: &'a [u8],
}

impl<'a, T: PolicyItem<'a>> Iterator for Entries<'a, T> {
    type Item = (PolicyPlace<'a, T>, T);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some((item, rest)) = self.slice.split_first() {
            self.slice = rest;
            return Some((PolicyPlace(Place::Slice(item)), *item));
        }
        let here = self.elements;
        // They were read before.
        let (after, item) = T::decode(here).ok()?;
        self.elements = after;
        Some((PolicyPlace(Place::Der(here)), item))
    }
}

/// Where an item of a policy stands: less than the item, for errors that tell of it.
#[derive(Clone, Copy)]
pub struct PolicyPlace<'a, T>(Place<'a, T>);

#[derive(Clone, Copy)]
enum Place<'a, T> {
    Slice(&'a T),
    Der(&'a [u8]),
}

impl<'a, T: PolicyItem<'a>> PolicyPlace<'a, T> {
    /// The item.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        match self.0 {
            Place::Slice(item) => Some(*item),
            // It was read before.
            Place::Der(element) => T::decode(element).ok().map(|(_, item)| item),
        }
    }
}

impl<'a, T: PolicyItem<'a>> PartialEq for PolicyPlace<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<'a, T: PolicyItem<'a>> Eq for PolicyPlace<'a, T> {}

impl<'a, T: PolicyItem<'a>> fmt::Debug for PolicyPlace<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T> Default for PolicyList<'_, T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, T> From<&'a [T]> for PolicyList<'a, T> {
    fn from(items: &'a [T]) -> Self {
        Self::new(items)
    }
}

impl<'a, T: PolicyItem<'a>> PartialEq for PolicyList<'a, T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: PolicyItem<'a>> Eq for PolicyList<'a, T> {}

impl<'a, T: PolicyItem<'a>> fmt::Debug for PolicyList<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
