//! What a report says of evidence that is no quote, for people and for programs.

use super::{
    Attested, DocumentContent, Report, VerifiedCredential, VerifiedDocument, distinguished_name::Escaped,
    report_json::Quoted,
};
use crate::wire::Hex;
use core::fmt;

impl Report<'_> {
    /// The value of `quote`, where there is no quote.
    #[inline(never)]
    pub(crate) fn write_other(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attested() {
            Some(Attested::Document(document)) => json_document(f, document),
            Some(Attested::Credential(credential)) => json_credential(f, credential),
            _ => f.write_str("null"),
        }
    }

    /// The lines below the key.
    #[inline(never)]
    pub(crate) fn print_other(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attested() {
            Some(Attested::Document(document)) => print_document(f, document.content()),
            Some(Attested::Credential(credential)) => print_credential(f, credential),
            _ => Ok(()),
        }
    }
}

fn json_document(f: &mut fmt::Formatter<'_>, document: &VerifiedDocument<'_>) -> fmt::Result {
    let content = document.content();
    f.write_str("{\n    \"kind\": \"nitrotpm-document\",\n")?;
    json_octets(f, "nonce", content.nonce)?;
    writeln!(f, "    \"fresh\": {},", document.is_fresh())?;
    json_octets(f, "user_data", content.user_data)?;
    json_octets(f, "public_key", content.public_key)?;
    writeln!(f, "    \"module_id\": {},", Quoted(&Escaped(content.module_id)))?;
    write!(f, "    \"timestamp\": {}\n  }}", content.timestamp)
}

fn json_octets(f: &mut fmt::Formatter<'_>, name: &str, octets: Option<&[u8]>) -> fmt::Result {
    match octets {
        Some(octets) => writeln!(f, "    \"{name}\": \"{}\",", Hex(octets)),
        None => writeln!(f, "    \"{name}\": null,"),
    }
}

fn json_credential(f: &mut fmt::Formatter<'_>, credential: &VerifiedCredential<'_>) -> fmt::Result {
    let Some(data) = credential.authenticator_data() else { return f.write_str("null") };
    let attest = credential.certified().signed().attest();
    let name = credential.certified().info().map(|info| info.name.0);
    writeln!(f, "{{\n    \"kind\": \"webauthn-tpm\",\n    \"fresh\": {},", credential.is_fresh())?;
    writeln!(f, "    \"credential_id\": \"{}\",", Hex(data.credential_id))?;
    json_octets(f, "name", name)?;
    writeln!(f, "    \"rp_id_hash\": \"{}\",\n    \"aaguid\": \"{}\",", Hex(data.rp_id_hash), Hex(data.aaguid))?;
    write!(f, "    \"user_present\": {},\n    \"user_verified\": {},\n", data.user_present(), data.user_verified())?;
    write!(
        f,
        "    \"sign_count\": {},\n    \"firmware_version\": \"{:#018x}\"\n  }}",
        data.sign_count, attest.firmware_version
    )
}

fn print_document(f: &mut fmt::Formatter<'_>, content: &DocumentContent<'_>) -> fmt::Result {
    writeln!(f, "  about  {}, {} ms after 1970-01-01T00:00:00Z", Escaped(content.module_id), content.timestamp)?;
    for (name, octets) in [("public key", content.public_key), ("user data", content.user_data)] {
        if let Some(octets) = octets {
            writeln!(f, "         {name} {}", Hex(octets))?;
        }
    }
    Ok(())
}

fn print_credential(f: &mut fmt::Formatter<'_>, credential: &VerifiedCredential<'_>) -> fmt::Result {
    let Some(data) = credential.authenticator_data() else { return Ok(()) };
    writeln!(f, "  credential  {}", Hex(data.credential_id))?;
    if let Some(info) = credential.certified().info() {
        writeln!(f, "         name {}", Hex(info.name.0))?;
    }
    let verified = if data.user_verified() { "verified" } else { "not verified" };
    writeln!(f, "         model (AAGUID) {}; user {verified}; signed {} times", Hex(data.aaguid), data.sign_count)
}
