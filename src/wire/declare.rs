//! One macro per name prefix of Part 2, clause 4.13, so that a declaration reads like its table.

/// `TPM_`: an open set of named values; an unnamed one is kept, not refused.
macro_rules! constants {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($base:ty) = $prefix:literal {
            $( $(#[$about:meta])* $value:ident = $literal:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $base);

        impl $name {
            $( $(#[$about])* pub const $value: Self = Self($literal); )+

            /// The value with this name of the specification's.
            #[must_use]
            pub fn by_name(name: &str) -> Option<Self> {
                $( if name == concat!($prefix, stringify!($value)) { return Some(Self::$value); } )+
                None
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match *self {
                    $( Self::$value => f.write_str(concat!($prefix, stringify!($value))), )+
                    Self(other) => write!(f, "{other:#06x}"),
                }
            }
        }

        impl<'a> $crate::wire::Wire<'a> for $name {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                let (rest, value) = <$base as $crate::wire::Wire>::decode(input)?;
                Ok((rest, Self(value)))
            }
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                self.0.encode(out);
            }
        }
    };
}

/// `TPMI_`: a closed set of values; another one is an error that names it.
macro_rules! interface {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($base:ident) { $( $value:ident ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $base);

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl<'a> $crate::wire::Wire<'a> for $name {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                let (rest, value) = <$base as $crate::wire::Wire>::decode(input)?;
                match value {
                    $( $base::$value )|+ => Ok((rest, Self(value))),
                    $base(other) => Err($crate::wire::Fault::new(
                        input,
                        $crate::wire::DecodeErrorKind::UnknownValue(other.into()),
                    )),
                }
            }
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                self.0.encode(out);
            }
        }
    };
}

/// `TPMA_`: bits with names; a bit without one is reserved and must be clear.
macro_rules! attributes {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($base:ty) {
            $( $(#[$about:meta])* $value:ident = $bits:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub $base);

        impl $name {
            $( $(#[$about])* pub const $value: Self = Self($bits); )+
            const RESERVED: $base = !($( $bits )|+);

            /// These bits, and those of `other`.
            #[must_use]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Whether all bits of `other` are set.
            #[must_use]
            pub fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{:#x}", self.0)?;
                $( if self.contains(Self::$value) { f.write_str(concat!(" ", stringify!($value)))?; } )+
                Ok(())
            }
        }

        impl<'a> $crate::wire::Wire<'a> for $name {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                let (rest, bits) = <$base as $crate::wire::Wire>::decode(input)?;
                match bits & Self::RESERVED {
                    0 => Ok((rest, Self(bits))),
                    reserved => Err($crate::wire::Fault::new(
                        input,
                        $crate::wire::DecodeErrorKind::ReservedBits(reserved.into()),
                    )),
                }
            }
        }

        impl $crate::wire::Encode for $name {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                self.0.encode(out);
            }
        }
    };
}
