//! `[webauthn]` of a policy.

use super::json::Json;
use super::policy_value::texts;
use std::borrow::ToOwned;
use std::string::String;
use std::vec::Vec;

/// An owned [`crate::verify::RelyingParty`].
#[derive(Debug)]
pub(crate) struct OwnedRelyingParty {
    pub(crate) id: String,
    pub(crate) origins: Vec<String>,
}

impl OwnedRelyingParty {
    pub(crate) fn read(value: &Json) -> Result<Self, String> {
        let [id, origins] = value.members("[webauthn]", ["rp_id", "origins?"])?;
        let id = id.map(|id| id.text("webauthn.rp_id")).transpose()?.unwrap_or_default().to_owned();
        let named: Vec<String> = texts(origins, "webauthn.origins")?.into_iter().map(ToOwned::to_owned).collect();
        if origins.is_some() && named.is_empty() {
            return Err("webauthn.origins is empty, which no client can match".into());
        }
        Ok(Self { id, origins: named })
    }
}
