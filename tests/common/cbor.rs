//! CBOR (RFC 8949), written: heads as short as they can be.

pub fn head(major: u8, argument: u64) -> Vec<u8> {
    let first = |short: u8| major << 5 | short;
    match argument {
        0..24 => vec![first(u8::try_from(argument).unwrap())],
        24..0x100 => [&[first(24)], &argument.to_be_bytes()[7..]].concat(),
        0x100..0x1_0000 => [&[first(25)], &argument.to_be_bytes()[6..]].concat(),
        0x1_0000..0x1_0000_0000 => [&[first(26)], &argument.to_be_bytes()[4..]].concat(),
        _ => [&[first(27)], &argument.to_be_bytes()[..]].concat(),
    }
}

pub fn uint(number: u64) -> Vec<u8> {
    head(0, number)
}

pub fn int(number: i64) -> Vec<u8> {
    if number < 0 { head(1, u64::try_from(!number).unwrap()) } else { head(0, u64::try_from(number).unwrap()) }
}

pub fn bytes(octets: &[u8]) -> Vec<u8> {
    [head(2, octets.len() as u64), octets.to_vec()].concat()
}

pub fn text(text: &str) -> Vec<u8> {
    [head(3, text.len() as u64), text.as_bytes().to_vec()].concat()
}

pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(4, items.len() as u64), items.concat()].concat()
}

pub fn map(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let content: Vec<u8> = pairs.iter().flat_map(|(key, value)| [&key[..], &value[..]].concat()).collect();
    [head(5, pairs.len() as u64), content].concat()
}

pub const NULL: &[u8] = &[0xf6];
