//! Whole verifications on a Cortex-M4, and the stack that they take. The promises are in [`RSA`] and [`WHOLE`].
#![no_std]
#![no_main]

mod stack;

use core::{fmt::Write, hint::black_box, panic::PanicInfo};
use cortex_m_semihosting::{debug, hprintln};
use tpmproof::crypto::{Crypto, Digest, HashAlgorithm, PublicKey, SOFTWARE, Signature};
use tpmproof::verify::{
    Anchor, CertificateRules, Challenge, EventRules, PcrRule, Pin, Policy, Rejection, Report, RevocationList,
    SecureBootRules, Time,
};
use tpmproof::{Proof, verify_proof};

/// Bytes of stack that one RSA verification may take.
const RSA: usize = 4 * 1024;
/// Bytes of stack that a whole verification may take.
const WHOLE: usize = 16 * 1024;
/// Bytes of stack that one along a chain on P-384 may take.
const WHOLE_P384_CHAIN: usize = 19 * 1024;
/// 2027-01-01T00:00:00Z, when all certificates of the evidence are valid.
const TIME: Time = Time::from_unix_seconds(1_798_761_600);

macro_rules! evidence {
    ($name:literal) => {
        include_bytes!(concat!(env!("TPMPROOF_EVIDENCE"), "/", $name))
    };
}

macro_rules! rsa {
    ($bits:literal) => {
        (
            concat!("RSA-", $bits),
            &include_bytes!(concat!("../rsa/", $bits, ".modulus"))[..],
            &include_bytes!(concat!("../rsa/", $bits, ".rsassa"))[..],
            &include_bytes!(concat!("../rsa/", $bits, ".rsapss"))[..],
        )
    };
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut kept = true;
    let parts = [&b"tpmproof"[..]];
    let (digest, used) = stack::measure(|| SOFTWARE.digest(HashAlgorithm::Sha256, &mut parts.into_iter()).unwrap());
    kept &= told("SHA-256", used, RSA);
    for (name, modulus, rsassa, rsapss) in [rsa!("2048"), rsa!("3072"), rsa!("4096")] {
        for (scheme, signature) in [("RSASSA", Signature::Rsassa(rsassa)), ("RSAPSS", Signature::Rsapss(rsapss))] {
            let used = rsa(modulus, &digest, &signature);
            hprintln!("{} {}", name, scheme);
            kept &= told("  one verification", used, RSA);
        }
    }
    hprintln!(
        "bytes of a Proof {}, a Report {}, a Rejection {}",
        size_of::<Proof<'_>>(),
        size_of::<Report<'_>>(),
        size_of::<Rejection<'_>>()
    );
    let nonce = evidence!("nonce");
    for (name, proof, key, root, limit) in [
        (
            "RSA-2048, SHA-256",
            &evidence!("rsa.der")[..],
            Pin::Name(evidence!("rsa.name")),
            &evidence!("rsa.root")[..],
            WHOLE,
        ),
        (
            "P-256, SHA-256",
            &evidence!("p256.der")[..],
            Pin::Name(evidence!("p256.name")),
            &evidence!("p256.root")[..],
            WHOLE,
        ),
        (
            "P-384, SHA-384",
            &evidence!("p384.der")[..],
            Pin::Name(evidence!("p384.name")),
            &evidence!("p384.root")[..],
            WHOLE_P384_CHAIN,
        ),
    ] {
        hprintln!("{}", name);
        let anchors = [Anchor::Certificate(root)];
        kept &= told("  by certificate chain", golden(proof, &[], &anchors, nonce), limit);
        let pinned = match name {
            "P-256, SHA-256" => &evidence!("p256.pinned.der")[..],
            "P-384, SHA-384" => &evidence!("p384.pinned.der")[..],
            _ => &evidence!("rsa.pinned.der")[..],
        };
        kept &= told("  by pinned Name", golden(pinned, &[key], &[], nonce), WHOLE);
    }
    hprintln!("P-256, SHA-256, and revocation lists of both authorities, which the policy asks for");
    let lists = [&evidence!("int.crl")[..], evidence!("root.crl")].map(|der| RevocationList::from_der(der).unwrap());
    kept &= told("  by certificate chain", listed(&lists, nonce), WHOLE);
    hprintln!("P-256, SHA-256, and the log of a boot: Secure Boot, each event judged");
    let rules = [PcrRule::log(HashAlgorithm::Sha256, 7)];
    let events = EventRules {
        secure_boot: Some(SecureBootRules { accept_any_keys: true, ..SecureBootRules::default() }),
        ..EventRules::default()
    };
    let pins = [Pin::Name(evidence!("boot.name"))];
    let policy = Policy::builder().pinned(&pins).pcrs(&rules).events(events).build().unwrap();
    let used = whole(evidence!("boot.der"), &policy, evidence!("boot.nonce"));
    kept &= told("  by pinned Name", used, WHOLE);
    hprintln!("the same by a compiled policy, read where it stands");
    let compiled = &evidence!("boot.policy")[..];
    let (policy, reading) = stack::measure(|| Policy::from_der(black_box(compiled)).unwrap());
    let used = whole(evidence!("boot.der"), &policy, evidence!("boot.nonce"));
    kept &= told("  to read the policy", reading, WHOLE);
    kept &= told("  by pinned Name", used, WHOLE);
    debug::exit(if kept { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}

fn told(what: &str, used: usize, promise: usize) -> bool {
    let kept = used < promise;
    hprintln!("{:<24} {:>6} bytes of stack, promised < {}{}", what, used, promise, if kept { "" } else { ": BROKEN" });
    kept
}

fn rsa(modulus: &[u8], digest: &Digest, signature: &Signature<'_>) -> usize {
    let key = PublicKey::Rsa { modulus, exponent: 65537 };
    let (answer, used) = stack::measure(|| SOFTWARE.verify(black_box(&key), digest, signature));
    answer.expect("a good signature");
    let other = SOFTWARE.digest(HashAlgorithm::Sha256, &mut [&b"another"[..]].into_iter()).unwrap();
    assert!(SOFTWARE.verify(&key, &other, signature).is_err(), "a signature over something else");
    used
}

/// The proof's own first value is the golden one: the policy is not on trial here.
fn golden(der: &[u8], pins: &[Pin<'_>], anchors: &[Anchor<'_>], nonce: &[u8]) -> usize {
    let proof = Proof::from_der(der).unwrap();
    let first = proof.evidence().pcr_values.iter().next().unwrap();
    let values = [first.value];
    let rules = [PcrRule::golden(HashAlgorithm::try_from(first.bank).unwrap(), first.index, &values)];
    whole(der, &Policy::builder().pinned(pins).anchors(anchors).pcrs(&rules).build().unwrap(), nonce)
}

/// By a chain whose certificates must be known not to be revoked.
fn listed(lists: &[RevocationList<'_>], nonce: &[u8]) -> usize {
    let anchors = [Anchor::Certificate(evidence!("listed.root"))];
    let rules = [PcrRule::zero(HashAlgorithm::Sha256, 7)];
    let builder = Policy::builder().anchors(&anchors);
    let asked = CertificateRules { purposes: builder.purposes(), require_crl: true, ..CertificateRules::default() };
    let policy = builder.certificate(asked).pcrs(&rules).build().unwrap();
    with_lists(evidence!("listed.der"), &policy, nonce, lists)
}

fn whole(der: &[u8], policy: &Policy<'_>, nonce: &[u8]) -> usize {
    with_lists(der, policy, nonce, &[])
}

/// From bytes to the last word of the report.
fn with_lists(der: &[u8], policy: &Policy<'_>, nonce: &[u8], lists: &[RevocationList<'_>]) -> usize {
    let judge = |nonce| {
        let proof = Proof::from_der(black_box(der)).unwrap().with_revocation_lists(black_box(lists));
        let verdict = verify_proof(&proof, policy, &Challenge::nonce(nonce).unwrap(), TIME);
        match &verdict {
            Ok(report) => write!(Sink, "{report}{}", report.json()).unwrap(),
            Err(rejection) => write!(Sink, "{rejection}{}{}", rejection.report, rejection.json()).unwrap(),
        }
        verdict.is_ok()
    };
    let (accepted, used) = stack::measure(|| judge(nonce));
    assert!(accepted, "a good proof");
    let (accepted, used_refusing) = stack::measure(|| judge(b"another nonce"));
    assert!(!accepted, "a proof for another nonce");
    used.max(used_refusing)
}

/// Text for nobody.
struct Sink;

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        black_box(text);
        Ok(())
    }
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    hprintln!("{}", info);
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}

#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    hprintln!("hard fault at {:#010x}", frame.pc());
    debug::exit(debug::EXIT_FAILURE);
    loop {}
}
