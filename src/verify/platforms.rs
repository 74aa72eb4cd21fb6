//! What is known of platforms: the roots of their attestation keys, and how their certificates differ from the profile.

use super::Anchor;

/// A platform whose attestation keys are certified by roots that are known.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    /// The name that policies use.
    pub name: &'static str,
    /// The roots, by the SHA-256 of their certificates.
    pub roots: &'static [Anchor<'static>],
    /// The purposes of which the certificate of an attestation key must have one.
    pub purposes: &'static [Purpose<'static>],
    /// Whether its attestation keys are known to lie in the endorsement hierarchy, so that the counters and the firmware
    /// version in a quote are not obfuscated (Part 1, Attestation, "Obfuscation").
    pub endorsement_hierarchy: bool,
}

/// What an `ExtendedKeyUsage` extension may have to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose<'a> {
    /// Nothing: there is no such extension.
    Absent,
    /// This purpose: the content octets of its OBJECT IDENTIFIER.
    Oid(&'a [u8]),
}

impl Platform {
    /// Microsoft Azure: Trusted Launch and confidential virtual machines.
    pub const AZURE: Self = Self {
        name: "azure",
        roots: &[Anchor::CertificateSha256(AZURE_2023)],
        purposes: &[Purpose::Oid(ATTESTATION_KEY)],
        endorsement_hierarchy: true,
    };

    /// Google Cloud: Shielded and Confidential VMs. Its leaves have the purpose of an endorsement key, or none at all.
    pub const GOOGLE: Self = Self {
        name: "google",
        roots: &[Anchor::CertificateSha256(GOOGLE_2022), Anchor::CertificateSha256(GOOGLE_2018)],
        purposes: &[Purpose::Oid(ENDORSEMENT_KEY), Purpose::Absent],
        endorsement_hierarchy: true,
    };

    /// Amazon Web Services: the documents that the Nitro hypervisor signs about a NitroTPM. Its certificates name no purpose.
    pub const AWS: Self = Self {
        name: "aws",
        roots: &[Anchor::CertificateSha256(AWS_2019)],
        purposes: &[Purpose::Absent],
        endorsement_hierarchy: false,
    };

    /// Every platform that is known.
    pub const ALL: &'static [&'static Self] = &[&Self::AWS, &Self::AZURE, &Self::GOOGLE];

    /// The platform with this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().copied().find(|platform| platform.name == name)
    }
}

/// A root certificate that is known by name and fingerprint. No certificate is part of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRoot {
    /// The platform whose policy name stands for it, if any does.
    pub platform: Option<&'static str>,
    /// Who runs it.
    pub owner: &'static str,
    /// Its subject, in short.
    pub name: &'static str,
    /// SHA-256 of its certificate in DER.
    pub sha256: [u8; 32],
}

/// The roots of the platforms, then those of makers of TPM chips, which certify endorsement keys.
pub const KNOWN_ROOTS: &[KnownRoot] = &[
    root(Some("aws"), "Amazon", "aws.nitro-enclaves", AWS_2019),
    root(Some("azure"), "Microsoft", "Azure Virtual TPM Root Certificate Authority 2023", AZURE_2023),
    root(Some("google"), "Google", "EK/AK CA Root", GOOGLE_2022),
    root(Some("google"), "Google", "tpm_ek_v1_cloud_host_root", GOOGLE_2018),
    root(
        None,
        "Microsoft",
        "Microsoft RSA Devices Root CA 2021",
        hex("8c2bb9144d4970c94fb8105cc5d860a58e2e675eb360fdd8c14b30833aaaec1d"),
    ),
    root(
        None,
        "AMD",
        "AMD Pluton Global Factory ICA",
        hex("593a1794f9e17476c7ad427d2908a97c451451c9e0939fdc80d5d662c232d401"),
    ),
    root(
        None,
        "AMD",
        "AMDTPM ECC (modern version)",
        hex("14aac9fd58471a612afd75d8c0955daf99f091b1863702f9e0d4113faf234f9d"),
    ),
    root(
        None,
        "AMD",
        "AMDTPM RSA (modern version)",
        hex("67bd2472a546751caca5f358a78f80727531671338960a9bcfdfbe6a34d0c6a1"),
    ),
    root(
        None,
        "Infineon",
        "Infineon OPTIGA(TM) ECC Root CA",
        hex("cfeb02fecd55ad7a73c6e1d11985d4c47dee248ab63dcb66091a2489660443c3"),
    ),
    root(
        None,
        "Infineon",
        "Infineon OPTIGA(TM) ECC Root CA 2",
        hex("ee0c827555c4e9012037df4257bb8aaa26084a17b13ede41cd7895c8d6c11190"),
    ),
    root(
        None,
        "Infineon",
        "Infineon OPTIGA(TM) RSA Root CA",
        hex("899e35474c9807eb4c7f2f7a12da0028fb250cd02154d0009fca7d9c66574f3b"),
    ),
    root(
        None,
        "Infineon",
        "Infineon OPTIGA(TM) RSA Root CA 2",
        hex("b413c71580af3ec5efe83fad31db2d4af4612355e3b01e50903b10763d738894"),
    ),
    root(None, "Intel", "OnDie CA RootCA", hex("beb40bb7507b33967226aa80e084749fbb6593893c642e818d682e9a8d07fc24")),
    root(
        None,
        "Microsoft",
        "Microsoft Pluton Root CA 2021",
        hex("32ab5fe7cb4396659fcb621ca14c6fb8fc2420f64050637d77e45a86c5d3916e"),
    ),
    root(
        None,
        "Microsoft",
        "Microsoft TPM Root Certificate Authority 2014",
        hex("870c7a35ceab3d59979f2c6a524042d404cb71518004350925fb2ced79a999da"),
    ),
    root(
        None,
        "NSING",
        "NSING TPM ECC ROOT CA 001",
        hex("6ccf8a8a803d07a002a15d4889ffa0b125e4a82a1fe4211db3c6e8592919f9dc"),
    ),
    root(
        None,
        "NSING",
        "NSING TPM RSA ROOT CA 001",
        hex("72ca00612395af027cd84c5514219f110e964dfa0bfc1efbb3ac147e3b173971"),
    ),
    root(
        None,
        "STMicroelectronics",
        "GlobalSign Trusted Platform Module ECC Root CA",
        hex("5a8c7b5eb888cfce9322068e80e82b28b554ffeb7fdc9638dcb3763077401d26"),
    ),
    root(
        None,
        "STMicroelectronics",
        "GlobalSign Trusted Platform Module Root CA",
        hex("f27bf02c6e00c73d915eeb6a6a2f5fbf0c31ae0393149e6b5c31e41b113841c3"),
    ),
    root(
        None,
        "STMicroelectronics",
        "STM TPM ECC Root CA 01",
        hex("c541d7e5b9e3f935621acbd403896225ec641036c9ae3b5f7ac793a606ff9b79"),
    ),
    root(
        None,
        "STMicroelectronics",
        "STM TPM EK Root CA",
        hex("f8e37a86b689a20a6cc0c40cc3f81fb130fa9f44ce7ffa60d62590aaf87273a9"),
    ),
    root(
        None,
        "STMicroelectronics",
        "STSAFE ECC Root CA 02",
        hex("fd1e7b68accd825636b27b3177c67402d463a7f04c97b6c47ab705fcdc1a04f6"),
    ),
    root(
        None,
        "STMicroelectronics",
        "STSAFE RSA Root CA 02",
        hex("c8f179943356e13d9d84b100201cefabbf408880241e5329e60d950ce1dea623"),
    ),
];

/// tcg-kp-AIKCertificate, 2.23.133.8.3 (TCG, "Infrastructure: AIK certificate profile").
pub const ATTESTATION_KEY: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x03];
/// tcg-kp-EKCertificate, 2.23.133.8.1 (TCG EK Credential Profile).
pub const ENDORSEMENT_KEY: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x01];
/// id-kp-serverAuth, 1.3.6.1.5.5.7.3.1 (RFC 5280, 4.2.1.12).
pub(crate) const SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
/// id-kp-clientAuth, 1.3.6.1.5.5.7.3.2 (RFC 5280, 4.2.1.12).
pub(crate) const CLIENT_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];
/// anyExtendedKeyUsage, 2.5.29.37.0 (RFC 5280, 4.2.1.12).
pub(crate) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];

const AWS_2019: [u8; 32] = hex("641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
const AZURE_2023: [u8; 32] = hex("e6c596b17f8ffefba5c300f714cfb1260c6028704ecf7becc4ab5018efb00e95");
const GOOGLE_2022: [u8; 32] = hex("594759594b9b61524f6c8ef668f7177f7b9066bc0674f2f49fe9e052be78beb2");
const GOOGLE_2018: [u8; 32] = hex("9bd5285f8fb18502a7947e621ffd470266f49fcd3b73e19a190f690ad32a7caf");

const fn root(platform: Option<&'static str>, owner: &'static str, name: &'static str, sha256: [u8; 32]) -> KnownRoot {
    KnownRoot { platform, owner, name, sha256 }
}

/// 32 bytes from 64 lower-case digits; anything else does not compile.
#[expect(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler only")]
#[expect(clippy::panic, reason = "a digit that is none stops the compiler")]
const fn hex(text: &str) -> [u8; 32] {
    const fn digit(c: u8) -> u8 {
        match c {
            b'0'..=b'9' => c - b'0',
            b'a'..=b'f' => c - b'a' + 10,
            _ => panic!("not a hexadecimal digit"),
        }
    }
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]);
        i += 1;
    }
    bytes
}

// Held by the compiler, like what it reads.
const _: () = assert!(matches!(
    hex("00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x0f, 0x1e,
        0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0
    ]
));
