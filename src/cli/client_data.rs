//! The collected client data of WebAuthn (Level 2, 5.8.1): what the browser says that it was asked.

use super::json::{self, Json};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::format;
use std::string::String;

/// The origin of client data that are of the creation of a credential, and hold `nonce`, unless it is empty.
pub(crate) fn origin(data: &[u8], nonce: &[u8]) -> Result<String, String> {
    let document = json::parse(data).map_err(|error| format!("the client data cannot be read: {error}"))?;
    let Json::Object(members) = &document else { return Err("the client data are no JSON object".into()) };
    let text = |name: &str| match members.get(name) {
        Some(Json::Text(text)) => Ok(text),
        _ => Err(format!("the client data have no text {name:?}")),
    };
    let kind = text("type")?;
    if kind != CREATE {
        return Err(format!("the client data are of the type {kind:?}, not {CREATE:?}"));
    }
    let (found, expected) = (text("challenge")?, URL_SAFE_NO_PAD.encode(nonce));
    if !nonce.is_empty() && *found != expected {
        return Err(format!(
            "the client data answer another challenge: {found:?}, and {expected:?} was asked (--nonce)"
        ));
    }
    match members.get("crossOrigin") {
        None | Some(Json::Bool(false)) => {}
        Some(Json::Bool(true)) => {
            return Err(
                "the credential was made inside a page of another origin (crossOrigin), which no policy allows".into(),
            );
        }
        Some(_) => return Err("crossOrigin in the client data is neither true nor false".into()),
    }
    Ok(text("origin")?.clone())
}

const CREATE: &str = "webauthn.create";
