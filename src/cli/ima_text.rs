//! A runtime list as Linux shows it to people, `ascii_runtime_measurements`, made the list that programs read. It is for looking at only: a
//! file's name may hold what looks like a line.

use super::hex;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Whether it looks like such a list: a number, a space, and hexadecimal digits.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    let digits = bytes.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let rest = bytes.get(digits..).unwrap_or_default();
    (1..=2).contains(&digits)
        && rest.first() == Some(&b' ')
        && rest.len() > 40
        && rest.iter().skip(1).take(40).all(u8::is_ascii_hexdigit)
}

/// The same list in binary.
pub(crate) fn to_binary(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut size = None;
    for (place, line) in bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|octet| *octet == b'\n').enumerate() {
        let number = place.saturating_add(1);
        let entry = entry(line, &mut size).map_err(|reason| format!("line {number}: {reason}"))?;
        out.extend(entry);
    }
    Ok(out)
}

fn entry(line: &[u8], size: &mut Option<usize>) -> Result<Vec<u8>, String> {
    if line.iter().any(u8::is_ascii_control) {
        return Err("a control character, which no line has; read the binary list instead".into());
    }
    let mut parts = line.splitn(4, |octet| *octet == b' ');
    let mut part = |what: &str| parts.next().ok_or_else(|| format!("it has no {what}"));
    let register = str::from_utf8(part("number of a PCR")?).ok().and_then(|text| text.parse::<u32>().ok());
    let register = register.filter(|register| *register < 24).ok_or("it begins with no number of a PCR")?;
    let digest = octets(part("template digest")?)?;
    if *size.get_or_insert(digest.len()) != digest.len() || ![20, 32, 48, 64].contains(&digest.len()) {
        return Err("its template digest has another length than those of a list".into());
    }
    let template = part("template")?;
    let data = data(template, part("data")?)?;
    let mut out = register.to_le_bytes().to_vec();
    out.extend(digest);
    out.extend(sized(template));
    out.extend(if template == b"ima" { data } else { sized(&data) });
    Ok(out)
}

/// The data of a template, by its fields.
fn data(template: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    let unknown = || format!("the template {:?} is none that is known", String::from_utf8_lossy(template));
    let mut fields = text.split(|octet| *octet == b' ');
    let mut next = || fields.next().unwrap_or_default();
    let name = |text: &[u8]| sized(&[text, &[0]].concat());
    let mut out = Vec::new();
    match template {
        b"ima" => {
            let (digest, path) = split(text)?;
            let digest = octets(digest)?;
            if digest.len() != 20 {
                return Err("the digest of the template ima has 20 bytes".into());
            }
            out.extend(digest);
            out.extend(sized(path));
            return Ok(out);
        }
        // The name is the last, and old kernels leave spaces in it.
        b"ima-ng" | b"ima-ngv2" => {
            let (digest, path) = split(text)?;
            out.extend(with_algorithm(digest)?);
            out.extend(name(path));
            return Ok(out);
        }
        b"ima-sig" | b"ima-sigv2" | b"ima-buf" | b"ima-modsig" => {
            out.extend(with_algorithm(next())?);
            out.extend(name(next()));
            out.extend(sized(&octets(next())?));
        }
        _ => return Err(unknown()),
    }
    if template == b"ima-modsig" {
        let digest = next();
        out.extend(if digest.is_empty() { sized(&[]) } else { with_algorithm(digest)? });
        out.extend(sized(&octets(next())?));
    }
    if fields.next().is_some() { Err("it has more fields than its template".into()) } else { Ok(out) }
}

fn split(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let place = text.iter().position(|octet| *octet == b' ').ok_or("it has no name of a file")?;
    Ok((text.get(..place).unwrap_or_default(), text.get(place.saturating_add(1)..).unwrap_or_default()))
}

/// `sha256:` and digits, as the name, a colon, a zero and the digest.
fn with_algorithm(text: &[u8]) -> Result<Vec<u8>, String> {
    let colon = text.iter().rposition(|octet| *octet == b':').ok_or("a digest has no algorithm before it")?;
    let (algorithm, digits) = text.split_at_checked(colon.saturating_add(1)).unwrap_or_default();
    Ok(sized(&[algorithm, &[0], &octets(digits)?].concat()))
}

fn octets(text: &[u8]) -> Result<Vec<u8>, String> {
    str::from_utf8(text).ok().and_then(hex::decode).ok_or_else(|| {
        let shown = String::from_utf8_lossy(text);
        format!("{:?} is not of hexadecimal digits in lower case", shown.chars().take(40).collect::<String>())
    })
}

fn sized(octets: &[u8]) -> Vec<u8> {
    let size = u32::try_from(octets.len()).unwrap_or(u32::MAX);
    [&size.to_le_bytes(), octets].concat()
}
