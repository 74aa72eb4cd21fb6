//! What a command is, and how one is declared: by the columns of its table in Part 3.

use super::Entity;
use crate::structures::{TpmCc, TpmHandle};
use crate::wire::{Encoder, Parsed};
use std::vec::Vec;

/// A command of Part 3.
pub trait Command {
    /// What the TPM answers.
    type Response<'r>: Response<'r>;
    /// The command code.
    const CODE: TpmCc;
    /// How many of the entities need an authorization; they are the first.
    const AUTHORIZED: usize;

    /// What it is about: the handle area, with Names.
    fn entities(&self) -> Vec<Entity>;

    /// Appends the parameters.
    fn encode_parameters(&self, out: &mut Encoder<'_>);

    /// What is gone from the TPM when the command has succeeded.
    fn flushed(&self) -> Option<TpmHandle>;
}

/// What a TPM answers to a command.
pub trait Response<'r>: Sized {
    /// Whether it begins with a handle.
    const RETURNS_HANDLE: bool;

    /// Reads it from its handle and its parameters.
    #[doc(hidden)]
    fn decode_response(handle: TpmHandle, parameters: &'r [u8]) -> Parsed<'r, Self>;
}

impl Response<'_> for () {
    const RETURNS_HANDLE: bool = false;

    fn decode_response(_: TpmHandle, parameters: &[u8]) -> Parsed<'_, Self> {
        Ok((parameters, ()))
    }
}

/// `TPM2_`: a command. `authorized` are the handles with an `@` in the table; `flushes` is what the command ends.
macro_rules! command {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? = $code:ident $(-> $response:ty)? {
            $( authorized { $( $(#[$auth_about:meta])* $auth:ident ),+ $(,)? } )?
            $( entities { $( $(#[$entity_about:meta])* $entity:ident ),+ $(,)? } )?
            $( parameters { $( $(#[$about:meta])* $field:ident : $type:ty ),+ $(,)? } )?
            $( flushes $flushed:ident )?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name $(<$life>)? {
            $( $( $(#[$auth_about])* pub $auth: $crate::prover::Entity, )+ )?
            $( $( $(#[$entity_about])* pub $entity: $crate::prover::Entity, )+ )?
            $( $( $(#[$about])* pub $field: $type, )+ )?
        }

        impl $(<$life>)? $crate::prover::Command for $name $(<$life>)? {
            type Response<'r> = command!(@response $($response)?);
            const CODE: $crate::structures::TpmCc = $crate::structures::TpmCc::$code;
            const AUTHORIZED: usize = <[&str]>::len(&[ $( $( stringify!($auth) ),+ )? ]);

            fn entities(&self) -> std::vec::Vec<$crate::prover::Entity> {
                std::vec![ $( $( self.$auth, )+ )? $( $( self.$entity, )+ )? ]
            }

            fn encode_parameters(&self, out: &mut $crate::wire::Encoder<'_>) {
                $( $( $crate::wire::Encode::encode(&self.$field, out); )+ )?
                let _ = out;
            }

            fn flushed(&self) -> Option<$crate::structures::TpmHandle> {
                command!(@flushed self $($flushed)?)
            }
        }
    };
    (@response) => { () };
    (@response $response:ty) => { $response };
    (@flushed $self:ident) => { None };
    (@flushed $self:ident $flushed:ident) => { Some($self.$flushed.into()) };
}

/// The response to a command. `handle` is what it begins with, where it does.
macro_rules! response {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<'r> {
            $( [handle] $(#[$handle_about:meta])* $handle:ident, )?
            $( $(#[$about:meta])* $field:ident : $type:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'r> {
            $( $(#[$handle_about])* pub $handle: $crate::structures::TpmHandle, )?
            $( $(#[$about])* pub $field: $type, )*
            #[doc(hidden)]
            pub _response: core::marker::PhantomData<&'r [u8]>,
        }

        impl<'r> $crate::prover::Response<'r> for $name<'r> {
            const RETURNS_HANDLE: bool = !<[&str]>::is_empty(&[ $( stringify!($handle) )? ]);

            fn decode_response(
                handle: $crate::structures::TpmHandle,
                input: &'r [u8],
            ) -> $crate::wire::Parsed<'r, Self> {
                $(
                    let (input, $field) = $crate::wire::in_field(
                        &concat!(stringify!($name), ".", stringify!($field)),
                        <$type as $crate::wire::Wire>::decode,
                    )(input)?;
                )*
                let _ = handle;
                Ok((input, Self {
                    $( $handle: handle, )?
                    $( $field, )*
                    _response: core::marker::PhantomData,
                }))
            }
        }
    };
}
