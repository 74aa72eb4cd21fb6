//! Where a TPM is, as people write it.

use super::{Transport, TransportError, device::Device, mssim::Mssim, stream::Endpoint, swtpm::Swtpm};
use core::fmt;
use core::str::FromStr;
use core::time::Duration;
use std::borrow::ToOwned;
use std::boxed::Box;
use std::path::{Path, PathBuf};
use std::string::String;

/// A TPM's address: `device:/dev/tpmrm0`, `swtpm:HOST:PORT`, `swtpm:PATH` or `mssim:HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TpmAddress {
    /// A character device of Linux.
    Device(PathBuf),
    /// The data socket of swtpm over TCP: its host and port. The control channel is the next port.
    Swtpm(String, u16),
    /// The data socket of swtpm in the file system. The control channel is the same path with `.ctrl` behind it.
    SwtpmPath(PathBuf),
    /// The reference simulator: the host and port of its command server. The platform server is the next port.
    Mssim(String, u16),
}

/// An address that names no TPM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl TpmAddress {
    /// The first device that exists: the one with a resource manager before the bare one.
    #[must_use]
    pub fn first_device() -> Option<Self> {
        DEVICES.iter().map(Path::new).find(|path| path.exists()).map(|path| Self::Device(path.to_owned()))
    }

    /// Opens the way to the TPM; each response may take `timeout`.
    ///
    /// # Errors
    /// If there is no TPM, or it cannot be opened.
    pub fn open(&self, timeout: Duration) -> Result<Box<dyn Transport>, TransportError> {
        let open = |error| TransportError::Open { address: std::format!("{self}"), error };
        Ok(match self {
            Self::Device(path) => Box::new(Device::open(path, timeout).map_err(open)?),
            Self::Mssim(host, port) => Box::new(Mssim::open(host, *port, timeout, open)?),
            Self::Swtpm(..) | Self::SwtpmPath(_) => {
                let (data, control) = self.endpoints().ok_or(TransportError::NoLocality)?;
                Box::new(Swtpm::open(&data, control, timeout).map_err(open)?)
            }
        })
    }

    /// The data socket and the control channel of swtpm.
    pub(super) fn endpoints(&self) -> Option<(Endpoint, Endpoint)> {
        match self {
            Self::Swtpm(host, port) => {
                let next = port.checked_add(1)?;
                Some((Endpoint::Tcp(host.clone(), *port), Endpoint::Tcp(host.clone(), next)))
            }
            Self::SwtpmPath(path) => {
                let mut control = path.clone().into_os_string();
                control.push(".ctrl");
                Some((Endpoint::Unix(path.clone()), Endpoint::Unix(control.into())))
            }
            Self::Device(_) | Self::Mssim(..) => None,
        }
    }
}

impl FromStr for TpmAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        let (way, rest) = text.split_once(':').ok_or_else(wrong)?;
        // The last colon: an address of IPv6 has more.
        let host_and_port = || {
            let (host, port) = rest.rsplit_once(':')?;
            let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            // One form: no sign, no leading zero.
            let is_plain = port.starts_with(|first: char| matches!(first, '1'..='9'));
            let port = port.parse().ok().filter(|port| is_plain && (1..u16::MAX).contains(port))?;
            (!host.is_empty()).then(|| (host.to_owned(), port))
        };
        match way {
            "device" if !rest.is_empty() => Ok(Self::Device(rest.into())),
            "swtpm" if rest.contains('/') => Ok(Self::SwtpmPath(rest.into())),
            "swtpm" => host_and_port().map(|(host, port)| Self::Swtpm(host, port)).ok_or_else(wrong),
            "mssim" => host_and_port().map(|(host, port)| Self::Mssim(host, port)).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for TpmAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(path) => write!(f, "device:{}", path.display()),
            Self::Swtpm(host, port) => write!(f, "swtpm:{host}:{port}"),
            Self::SwtpmPath(path) => write!(f, "swtpm:{}", path.display()),
            Self::Mssim(host, port) => write!(f, "mssim:{host}:{port}"),
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no address of a TPM; they are device:/dev/tpmrm0, swtpm:HOST:PORT, swtpm:/PATH and mssim:HOST:PORT",
            self.0
        )
    }
}

impl core::error::Error for AddressError {}

const DEVICES: [&str; 2] = ["/dev/tpmrm0", "/dev/tpm0"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in ["device:/dev/tpm0", "swtpm:localhost:2321", "swtpm:/run/tpm/socket", "mssim:10.0.0.1:2321"] {
            assert_eq!(text.parse::<TpmAddress>().unwrap().to_string(), text);
        }
        assert_eq!("swtpm:[::1]:7".parse(), Ok(TpmAddress::Swtpm("::1".into(), 7)));
        for text in ["", "/dev/tpm0", "device:", "swtpm:", "swtpm:host", "swtpm:host:0", "swtpm::9", "mssim:host:65535"]
        {
            let error = text.parse::<TpmAddress>().unwrap_err();
            assert!(error.to_string().contains("no address of a TPM"), "{text}");
        }
    }
}
