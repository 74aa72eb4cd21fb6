//! The macros whose fields are other structures.

/// `TPMS_`: fields, one after the other. `[x] y: T` is the specification's "`T` selected by `x`".
macro_rules! structure {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $( $(#[$about:meta])* $([$selector:ident])? $field:ident : $type:ty ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name $(<$life>)? {
            $( $(#[$about])* pub $field: $type, )+
        }

        impl<'a> $crate::wire::Wire<'a> for $name $(<$life>)? {
            // Always: a structure that is returned through memory, and read back wider than it was written, costs a tenth of the time.
            #[inline(always)]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                $(
                    let (input, $field) = $crate::wire::in_field(
                        &concat!(stringify!($name), ".", stringify!($field)),
                        |input| structure!(@read input, $type $(, $selector)?),
                    )(input)?;
                )+
                Ok((input, Self { $($field),+ }))
            }

            fn trace(
                input: &'a [u8],
                sink: &mut dyn FnMut(&$crate::wire::Field<'_>),
            ) -> &'a [u8] {
                $(
                    let Ok((rest, $field)) = (|input| structure!(@read input, $type $(, $selector)?))(input)
                    else { return &[] };
                    structure!(@trace $field, input, rest, sink, $type $(, $selector)?);
                    let _ = $field;
                    let input = rest;
                )+
                input
            }

            const FIELDS: bool = true;
        }

        impl $(<$life>)? $crate::wire::Encode for $name $(<$life>)? {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                $( structure!(@write self.$field, out $(, $selector)?); )+
            }
        }
    };
    (@read $input:ident, $type:ty) => {
        <$type as $crate::wire::Wire>::decode($input)
    };
    (@read $input:ident, $type:ty, $selector:ident) => {
        <$type as $crate::wire::Union>::decode_selected($selector.into(), $input)
    };
    (@write $value:expr, $out:ident) => { $crate::wire::Encode::encode(&$value, $out) };
    (@write $value:expr, $out:ident, $selector:ident) => {
        $crate::wire::Union::encode_selected(&$value, $out)
    };
    (@trace $field:ident, $input:ident, $rest:ident, $sink:ident, $type:ty) => {
        if <$type as $crate::wire::Wire>::FIELDS {
            $crate::wire::Field::open(stringify!($field), $input, $rest, $sink);
            <$type as $crate::wire::Wire>::trace($input, &mut |field| field.deeper($sink));
        } else {
            $crate::wire::Field::hand_over(stringify!($field), $input, $rest, &$field, $sink);
        }
    };
    (@trace $field:ident, $input:ident, $rest:ident, $sink:ident, $type:ty, $selector:ident) => {
        $crate::wire::Field::open(stringify!($field), $input, $rest, $sink);
        <$type as $crate::wire::Union>::trace_selected($selector.into(), $input, &mut |field| field.deeper($sink));
    };
}

/// `TPMU_`, and `TPMT_` where the selector stands right before it.
macro_rules! union {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $(<$life:lifetime>)? : $tag:ident {
            $( $(#[$about:meta])* $value:ident => $variant:ident $(($type:ty))? ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name $(<$life>)? {
            $( $(#[$about])* $variant $(($type))?, )+
        }

        impl<'a> $crate::wire::Union<'a> for $name $(<$life>)? {
            type Selector = $tag;

            #[inline]
            fn decode_selected(tag: $tag, input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                match tag {
                    $( $tag::$value => union!(@read input, $variant $(, $type)?), )+
                    $tag(other) => Err($crate::wire::Fault::new(
                        input,
                        $crate::wire::DecodeErrorKind::UnknownValue(other.into()),
                    )),
                }
            }

            fn encode_selected(&self, out: &mut $crate::wire::Encoder<'_>) {
                match self {
                    $( union!(@pattern Self::$variant, value $(, $type)?) => {
                        union!(@write value, out $(, $type)?);
                    } )+
                }
                let _ = out;
            }

            fn trace_selected(
                tag: $tag,
                input: &'a [u8],
                sink: &mut dyn FnMut(&$crate::wire::Field<'_>),
            ) -> &'a [u8] {
                match tag {
                    $( $tag::$value => union!(@trace input, sink, $value $(, $type)?), )+
                    _ => &[],
                }
            }

            fn selector(&self) -> $tag {
                match self {
                    $( union!(@any Self::$variant $(, $type)?) => $tag::$value, )+
                }
            }
        }

        impl<'a> $crate::wire::Wire<'a> for $name $(<$life>)? {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                let (rest, tag) = <$tag as $crate::wire::Wire>::decode(input)?;
                $crate::wire::in_field(&stringify!($name), |rest| {
                    <Self as $crate::wire::Union>::decode_selected(tag, rest)
                })(rest)
            }

            fn trace(
                input: &'a [u8],
                sink: &mut dyn FnMut(&$crate::wire::Field<'_>),
            ) -> &'a [u8] {
                let Ok((rest, tag)) = <$tag as $crate::wire::Wire>::decode(input) else { return &[] };
                $crate::wire::Field::hand_over("selector", input, rest, &tag, sink);
                <Self as $crate::wire::Union>::trace_selected(tag, rest, sink)
            }

            const FIELDS: bool = true;
        }

        impl $(<$life>)? $crate::wire::Encode for $name $(<$life>)? {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                $crate::wire::Union::selector(self).encode(out);
                $crate::wire::Union::encode_selected(self, out);
            }
        }
    };
    (@read $input:ident, $variant:ident) => { Ok(($input, Self::$variant)) };
    (@read $input:ident, $variant:ident, $type:ty) => {
        match <$type as $crate::wire::Wire>::decode($input) {
            Ok((rest, value)) => Ok((rest, Self::$variant(value))),
            Err(error) => Err(error),
        }
    };
    (@pattern $variant:path, $value:ident) => { $variant };
    (@pattern $variant:path, $value:ident, $type:ty) => { $variant($value) };
    (@any $variant:path) => { $variant };
    (@any $variant:path, $type:ty) => { $variant(_) };
    (@write $value:ident, $out:ident) => {};
    (@write $value:ident, $out:ident, $type:ty) => { $crate::wire::Encode::encode($value, $out) };
    (@trace $input:ident, $sink:ident, $name:ident) => { $input };
    (@trace $input:ident, $sink:ident, $name:ident, $type:ty) => {
        if <$type as $crate::wire::Wire>::FIELDS {
            <$type as $crate::wire::Wire>::trace($input, $sink)
        } else {
            match <$type as $crate::wire::Wire>::decode($input) {
                Ok((rest, value)) => {
                    $crate::wire::Field::hand_over(stringify!($name), $input, rest, &value, $sink);
                    rest
                }
                Err(_) => &[],
            }
        }
    };
}

/// `TPM2B_`: a size, then that many octets (`[u8; LIMIT]`) or exactly one structure.
macro_rules! sized_buffer {
    ($(#[$meta:meta])* pub struct $name:ident<'a>([u8; $limit:expr]);) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> $crate::wire::Wire<'a> for $name<'a> {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                let (rest, octets) = $crate::wire::sized_octets::<{ $limit }>(input)?;
                Ok((rest, Self(octets)))
            }
        }

        impl $crate::wire::Encode for $name<'_> {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                out.sized(|out| out.put(self.0));
            }
        }

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.0 {
                    [] => f.write_str("(empty)"),
                    octets => write!(f, "{}", $crate::wire::Hex(octets)),
                }
            }
        }
    };
    ($(#[$meta:meta])* pub struct $name:ident<'a>($body:ty);) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<'a>(pub $body);

        impl<'a> $crate::wire::Wire<'a> for $name<'a> {
            #[inline]
            fn decode(input: &'a [u8]) -> $crate::wire::Parsed<'a, Self> {
                $crate::wire::sized(<$body as $crate::wire::Wire>::decode)(input)
                    .map(|(rest, body)| (rest, Self(body)))
            }

            fn trace(
                input: &'a [u8],
                sink: &mut dyn FnMut(&$crate::wire::Field<'_>),
            ) -> &'a [u8] {
                let Ok((rest, size)) = <u16 as $crate::wire::Wire>::decode(input) else { return &[] };
                $crate::wire::Field::hand_over("size", input, rest, &size, sink);
                <$body as $crate::wire::Wire>::trace(rest, sink)
            }

            const FIELDS: bool = true;
        }

        impl $crate::wire::Encode for $name<'_> {
            fn encode(&self, out: &mut $crate::wire::Encoder<'_>) {
                out.sized(|out| self.0.encode(out));
            }
        }
    };
}
