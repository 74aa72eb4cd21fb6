//! Promise: an error says what was found and what was expected, in words, and none of them is a name out of the source.

use core::error::Error;
use tpmproof::crypto::{CryptoError, HashAlgorithm};
use tpmproof::log::LogErrorKind;
use tpmproof::structures::{TpmAlgId, TpmEccCurve, TpmSt, TpmaObject};
use tpmproof::verify::{
    CertificateError, LogState, LogsError, NonceError, ReplayError, RevocationListError, RevocationReason,
    SecureBootError, Time, VerifyError,
};

/// Each error, and a part of what it must say.
fn say(cases: &[(&dyn core::fmt::Display, &str)]) {
    for (error, words) in cases {
        let text = error.to_string();
        assert!(text.contains(words), "{text:?} does not say {words:?}");
        assert!(!text.contains("{ ") && !text.ends_with('.') && !text.contains("  "), "{text}");
    }
}

#[test]
fn of_keys_and_quotes() {
    say(&[
        (&VerifyError::KeyMismatch, "different keys: its certificate, its TPMT_PUBLIC and its public key"),
        (&VerifyError::KeyType(TpmAlgId::KEYEDHASH), "of type TPM_ALG_KEYEDHASH; an attestation key is TPM_ALG_RSA"),
        (&VerifyError::KeyType(TpmAlgId::MLDSA), "the feature ml-dsa adds it"),
        (&VerifyError::UnsupportedCurve(TpmEccCurve::NIST_P521), "the feature p521 adds it"),
        (&VerifyError::UnsupportedCurve(TpmEccCurve::BN_P256), "TPM_ECC_NIST_P256, TPM_ECC_NIST_P384"),
        (
            &VerifyError::Attributes { missing: TpmaObject::RESTRICTED, forbidden: TpmaObject::DECRYPT },
            "its attributes lack 0x10000 RESTRICTED have 0x20000 DECRYPT; with other attributes it might sign what no TPM made",
        ),
        (
            &VerifyError::Attributes { missing: TpmaObject::RESTRICTED, forbidden: TpmaObject(0) },
            "its attributes lack 0x10000 RESTRICTED; with",
        ),
        (
            &VerifyError::Attributes { missing: TpmaObject(0), forbidden: TpmaObject::DECRYPT },
            "its attributes have 0x20000 DECRYPT; with",
        ),
        (
            &VerifyError::SchemeMismatch { key: None, signature: (TpmAlgId::RSASSA, TpmAlgId::SHA256) },
            "the signature is by TPM_ALG_RSASSA with TPM_ALG_SHA256, but the key's public area has no such scheme",
        ),
        (&VerifyError::Unsigned, "its signature is TPM_ALG_NULL"),
        (&VerifyError::UnsupportedSignature(TpmAlgId::MLDSA), "the feature ml-dsa adds them"),
        (
            &VerifyError::UnsupportedSignature(TpmAlgId::SM2),
            "signatures by TPM_ALG_SM2 are not supported; TPM_ALG_RSASSA",
        ),
        (&VerifyError::NotAQuote(TpmSt::ATTEST_NV), "TPM_ST_ATTEST_NV, not TPM_ST_ATTEST_QUOTE"),
        (&VerifyError::EmptyNonce, "give random bytes that were used for no other quote"),
        (&VerifyError::DuplicateBank(TpmAlgId::SHA1), "the bank TPM_ALG_SHA1 twice"),
        (&VerifyError::PcrSelectSize { bank: TpmAlgId::SHA256, octets: 4 }, "the bank TPM_ALG_SHA256 has 4 octets"),
        (&VerifyError::TlsHash(TpmAlgId::SHA384), "TPM_ALG_SHA384; a connection is bound by TPM_ALG_SHA256"),
    ]);
}

#[test]
fn of_arithmetic_and_certificates() {
    say(&[
        (&CryptoError::KeySize(1024), "the RSA key has 1024 bits; 2048 to 4096"),
        (&CryptoError::BadModulus, "even, has leading zeros, or is no multiple of 64 bits long"),
        (&CryptoError::WeakExponent(3), "the RSA exponent is 3; odd ones from 65537"),
        (&CryptoError::BadPoint, "no point of its curve"),
        (&CryptoError::UnknownHash(TpmAlgId::SHA3_256), "the feature sha3 adds it"),
        (&CryptoError::UnknownHash(TpmAlgId::SM3_256), "TPM_ALG_SM3_256 is not supported"),
        (&CryptoError::UnsupportedHash(HashAlgorithm::Sha512), "sha512 is not supported here"),
        (&CertificateError::TooLarge { index: 1, size: 20_000 }, "certificate 1 has 20000 bytes; the limit is 16384"),
        (&CertificateError::TooMany(9), "9 certificates; the limit is 8"),
        (&CertificateError::Crypto(CryptoError::BadPoint), "no point of its curve"),
        (&RevocationListError::TooLarge(70_000_000), "the revocation list has 70000000 bytes; the limit is"),
        (&RevocationListError::SomeReasons, "onlySomeReasons"),
    ]);
    let reasons = [
        (RevocationReason::Unspecified, "unspecified"),
        (RevocationReason::AffiliationChanged, "affiliationChanged"),
        (RevocationReason::CessationOfOperation, "cessationOfOperation"),
        (RevocationReason::CertificateHold, "certificateHold"),
        (RevocationReason::PrivilegeWithdrawn, "privilegeWithdrawn"),
        (RevocationReason::AaCompromise, "aACompromise"),
    ];
    for (reason, words) in reasons {
        assert_eq!(reason.to_string(), words, "as RFC 5280 spells it");
    }
}

#[test]
fn of_logs_and_nonces() {
    say(&[
        (&LogErrorKind::Empty, "there is none"),
        (
            &LogErrorKind::MissingDigest(TpmAlgId::SHA384),
            "not even by TPM_ALG_SHA384, which the Spec ID event declares",
        ),
        (&LogErrorKind::BigEndian, "ima_canonical_fmt"),
        (&LogErrorKind::TooDeep, "deeper than four levels"),
        (&ReplayError::Hcrtm { event: 3, rule: "it comes late" }, "event 3 is of a hardware core root of trust"),
        (&ReplayError::Crypto(CryptoError::UnsupportedHash(HashAlgorithm::Sha1)), "sha1 is not supported here"),
        (&SecureBootError::NotExplained(None), "PCR 7 of this bank was not quoted"),
        (&SecureBootError::Twice(9), "event 9 measures a variable that was measured before"),
        (&SecureBootError::ErrorSeparator(9), "event 9 is a separator of PCR 7 that tells an error"),
        (&NonceError::Empty, "give random bytes"),
        (&NonceError::Repeated, "what makes nonces here is not random"),
        (&NonceError::Full { capacity: 4 }, "4 nonces are kept until their time is over"),
        (&NonceError::Unknown, "not sent from here, or too long ago"),
        (&NonceError::Reused, "good for one proof"),
    ]);
}

/// What prints is an error to whoever handles one.
#[test]
fn they_are_errors() {
    let errors: [&dyn Error; 4] =
        [&VerifyError::NoKey, &CryptoError::BadSignature, &CertificateError::Budget, &SecureBootError::Twice(1)];
    assert!(errors.iter().all(|error| error.source().is_none()));
}

#[test]
fn of_a_time() {
    let wrong = "yesterday".parse::<Time>().unwrap_err();
    say(&[(&wrong, "not a time of the form 2024-01-15T00:00:00Z")]);
}

#[test]
fn of_a_pcr_that_its_log_does_not_explain() {
    let told = |state, count| LogsError::NotExplained { count, bank: HashAlgorithm::Sha384, index: 4, state };
    say(&[
        (&told(LogState::WithoutBank, 1), "the log of PCR 4 lacks digests of sha384"),
        (&told(LogState::AbsentFromLog, 1), "PCR 4 of sha384 was extended, and its log has no event of it"),
        (&told(LogState::Unexplained, 3), "does not lead to its value of sha384"),
        (&told(LogState::Unexplained, 3), "and 2 more"),
    ]);
    assert!(!told(LogState::WithoutBank, 1).to_string().contains("more"));
}
