//! Promise: the quotes that we make pass `tpm2_checkquote` and our verifier, and those of `tpm2_quote` pass ours.
#![cfg(feature = "cli")]

use crate::common::cli::{Outcome, run};
use crate::common::machine::digits;
use crate::common::swtpm::Swtpm;
use std::collections::BTreeMap;
use std::fs;
use tpmproof::Proof;
use tpmproof::prover::AkAlgorithm;
use tpmproof::structures::TpmHandle;

const BANKS: [&str; 4] = ["sha1", "sha256", "sha384", "sha512"];
/// The PCRs that this locality extends.
const EXTENDED: [u8; 18] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 23];
const HANDLE: &str = "0x81000100";

/// The numbers of SplitMix64: the same in each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_be_bytes()[0]).collect()
    }
}

/// One question to a TPM.
struct Question {
    /// Bank and PCRs, in the order of the question.
    selection: Vec<(&'static str, Vec<u8>)>,
    nonce: String,
}

impl Question {
    fn new(numbers: &mut Numbers, banks: usize) -> Self {
        let first = numbers.below(4);
        // Steps of one and three reach different banks, in different orders.
        let step = [1, 3][numbers.below(2)];
        let bank = |place: usize| BANKS[(first + place * step) % 4];
        let mut pcrs = |place: usize| {
            let mask = match numbers.below(4) {
                0 => 1 << numbers.below(24),
                1 => 0xffff,
                2 => 0x00ff_ffff,
                _ => numbers.next() as u32 & 0x00ff_ffff | 1 << place,
            };
            (0..24).filter(|pcr| mask >> pcr & 1 == 1).collect()
        };
        let selection = (0..banks).map(|place| (bank(place), pcrs(place))).collect();
        let size = [8, 16, 20, 32, 48, 64][numbers.below(6)];
        Self { selection, nonce: digits(&numbers.octets(size)) }
    }

    /// As our tool and `tpm2-tools` both read it.
    fn selection(&self) -> String {
        let bank = |(bank, pcrs): &(&str, Vec<u8>)| {
            let pcrs: Vec<_> = pcrs.iter().map(u8::to_string).collect();
            format!("{bank}:{}", pcrs.join(","))
        };
        self.selection.iter().map(bank).collect::<Vec<_>>().join("+")
    }
}

struct Machine {
    swtpm: Swtpm,
    /// What every PCR holds, by `tpm2_pcrread`.
    values: BTreeMap<(&'static str, u8), Vec<u8>>,
    /// The Name of the key.
    name: String,
    hash: &'static str,
    /// `tpm2_checkquote` of these tools does not know the scheme.
    is_pss: bool,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(ToOwned::to_owned).collect()
}

impl Machine {
    /// Every PCR of every bank has a value of its own.
    fn new(name: &str, hash: &'static str, make_key: impl FnOnce(&Swtpm)) -> Self {
        let swtpm = Swtpm::new(name);
        let mut numbers = Numbers(7);
        for pcr in EXTENDED {
            let sizes = [20, 32, 48, 64];
            let digests =
                BANKS.iter().zip(sizes).map(|(bank, size)| format!("{bank}={}", digits(&numbers.octets(size))));
            swtpm.tool(&format!("tpm2_pcrextend {pcr}:{}", digests.collect::<Vec<_>>().join(",")));
        }
        make_key(&swtpm);
        swtpm.tool(&format!("tpm2_readpublic -Q -c {HANDLE} -o ak -n name"));
        swtpm.tool(&format!("tpm2_readpublic -Q -c {HANDLE} -f pem -o ak.pem"));
        let mut values = BTreeMap::new();
        for (bank, size) in BANKS.iter().zip([20, 32, 48, 64]) {
            let all: Vec<_> = (0..24).map(|pcr: u8| pcr.to_string()).collect();
            swtpm.tool(&format!("tpm2_pcrread -Q -o values {bank}:{}", all.join(",")));
            let read = fs::read(swtpm.folder.path("values")).unwrap();
            assert_eq!(read.len(), 24 * size);
            values.extend((0..24).zip(read.chunks(size)).map(|(pcr, value)| ((*bank, pcr), value.to_vec())));
        }
        let name = digits(&fs::read(swtpm.folder.path("name")).unwrap());
        Self { swtpm, values, name, hash, is_pss: false }
    }

    fn of(algorithm: AkAlgorithm, hash: &'static str) -> Self {
        Self::new(&format!("quotes-{}", algorithm.name()), hash, |swtpm| {
            let mut tpm = swtpm.tpm();
            let key = tpm.create_attestation_key(algorithm).unwrap();
            tpm.persist(&key, TpmHandle(0x8100_0100)).unwrap();
        })
    }

    /// A key of `tpm2-tools`.
    fn made_by_tools(key: &str, hash: &'static str) -> Self {
        let machine = Self::new(&format!("quotes-{}", key.replace(':', "-")), hash, |swtpm| {
            let attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|restricted|sign|noda";
            swtpm.tool(&format!("tpm2_createprimary -Q -C e -G {key}:null -a {attributes} -c ak.ctx"));
            swtpm.tool(&format!("tpm2_evictcontrol -Q -C o -c ak.ctx {HANDLE}"));
            swtpm.tool("tpm2_flushcontext -t");
        });
        Self { is_pss: key.contains("rsapss"), ..machine }
    }

    /// A policy of every value that was asked for.
    fn policy(&self, question: &Question) -> String {
        let mut policy = format!("version = 1\n[key]\npinned = [\"name:{}\"]\n[quote]\n", self.name);
        policy += "allow_sha1_bank = true\nallow_resettable = [16, 17, 18, 19, 20, 21, 22, 23]\n";
        policy += &format!("signature_hash = [\"{}\"]\n", self.hash);
        for (bank, pcrs) in &question.selection {
            policy += &format!("[pcr.{bank}]\n");
            for pcr in pcrs {
                policy += &format!("{pcr} = [\"{}\"]\n", digits(&self.values[&(*bank, *pcr)]));
            }
        }
        self.swtpm.folder.write("policy", policy.as_bytes())
    }

    fn verify(&self, evidence: &str, policy: &str, nonce: &str) -> Outcome {
        run(&words(&format!("verify {evidence} --policy {policy} --nonce {nonce}")))
    }

    /// Whether `tpm2_checkquote` takes these files: it checks the signature, the nonce, and the digest of the values.
    fn checkquote(&self, message: &str, signature: &str, nonce: &str, more: &str) -> bool {
        let line =
            format!("tpm2_checkquote -Q -u ak.pem -m {message} -s {signature} -q {nonce} -g {} {more}", self.hash);
        if !self.is_pss {
            return self.swtpm.tool_output(&line).status.success();
        }
        // These tools verify no PSS; openssl does, behind the six bytes that say what the signature is.
        let signature = fs::read(self.swtpm.folder.path(signature)).unwrap();
        self.swtpm.folder.write("raw", &signature[6..]);
        let line =
            format!("openssl dgst -{} -verify ak.pem -sigopt rsa_padding_mode:pss -signature raw {message}", self.hash);
        let signed = self.swtpm.tool_output(&line).status.success();
        let message = fs::read(self.swtpm.folder.path(message)).unwrap();
        let sized = format!("{:04x}{nonce}", nonce.len() / 2);
        signed && digits(&message).contains(&sized)
    }

    /// The values as `tpm2_quote` writes them: the structures of its memory, with room for 16 banks, and for 8 digests a list.
    fn serialized(&self, question: &Question) -> Vec<u8> {
        let mut file = u32::try_from(question.selection.len()).unwrap().to_le_bytes().to_vec();
        let mut digests = Vec::new();
        for (bank, pcrs) in &question.selection {
            let place = BANKS.iter().position(|known| known == bank).unwrap();
            let mask = pcrs.iter().fold(0u32, |mask, pcr| mask | 1 << pcr);
            file.extend([[4, 0x0b, 0x0c, 0x0d][place], 0, 3]);
            file.extend(mask.to_le_bytes());
            file.push(0);
            digests.extend(pcrs.iter().map(|pcr| &self.values[&(*bank, *pcr)]));
        }
        file.resize(132, 0);
        file.extend(u32::try_from(digests.len().div_ceil(8)).unwrap().to_le_bytes());
        for list in digests.chunks(8) {
            let end = file.len() + 532;
            file.extend(u32::try_from(list.len()).unwrap().to_le_bytes());
            for digest in list {
                file.extend(u16::try_from(digest.len()).unwrap().to_le_bytes());
                file.extend(digest.iter().copied().chain(std::iter::repeat(0)).take(64));
            }
            file.resize(end, 0);
        }
        file
    }

    /// One of ours, judged by both.
    fn ours(&self, question: &Question, refuse: bool) {
        let (tpm, nonce, selection) = (&self.swtpm.address, &question.nonce, question.selection());
        let proof = self.swtpm.folder.path("proof");
        let outcome = run(&words(&format!(
            "prove --tpm {tpm} --ak {HANDLE} --uncertified --nonce {nonce} --pcrs {selection} -o {proof}"
        )));
        assert_eq!(outcome.code, 0, "{selection}: {outcome:?}");
        let policy = self.policy(question);
        let verified = self.verify(&proof, &policy, nonce);
        assert_eq!(verified.code, 0, "{selection}: {verified:?}");
        let der = fs::read(&proof).unwrap();
        let (message, signature) = parts(&der);
        let enclosed = Proof::from_der(&der).unwrap();
        let enclosed = enclosed.evidence().pcr_values.iter().count();
        assert_eq!(enclosed, question.selection.iter().map(|(_, pcrs)| pcrs.len()).sum::<usize>());
        self.swtpm.folder.write("message", message);
        self.swtpm.folder.write("signature", signature);
        self.swtpm.folder.write("values", &self.serialized(question));
        assert!(self.checkquote("message", "signature", nonce, "-f values"), "{selection}");
        if !refuse {
            return;
        }
        let other = changed(nonce);
        assert_eq!(self.verify(&proof, &policy, &other).code, 1, "{selection}");
        assert!(!self.checkquote("message", "signature", &other, ""), "{selection}");
        let start = |part: &[u8]| der.windows(part.len()).position(|window| window == part).unwrap();
        for (file, part) in [("message", message), ("signature", signature)] {
            for place in [10, part.len() / 2, part.len() - 1] {
                let mut flipped = part.to_vec();
                flipped[place] ^= 1;
                let parts = |name: &str| if name == file { "flipped".to_owned() } else { name.to_owned() };
                self.swtpm.folder.write("flipped", &flipped);
                let taken = self.checkquote(&parts("message"), &parts("signature"), nonce, "");
                assert!(!taken, "tpm2_checkquote takes a {file} with byte {place} flipped");
                let mut flipped = der.clone();
                flipped[start(part) + place] ^= 1;
                let flipped = self.swtpm.folder.write("flipped", &flipped);
                let refused = self.verify(&flipped, &policy, nonce);
                assert_eq!(refused.code, 1, "{file}, byte {place}: {refused:?}");
            }
        }
    }

    /// One of `tpm2_quote`, judged by both.
    fn theirs(&self, question: &Question, refuse: bool) {
        let (nonce, selection) = (&question.nonce, question.selection());
        let scheme = if self.is_pss { "--scheme rsapss" } else { "" };
        let line =
            format!("tpm2_quote -Q -c {HANDLE} -l {selection} -q {nonce} -g {} {scheme} -m m -s s -o p", self.hash);
        self.swtpm.tool(&line);
        let file = |name: &str| self.swtpm.folder.path(name);
        let evidence = |message: &str, signature: &str, pcrs: &str, key: &str| {
            let (message, signature, pcrs, key) = (file(message), file(signature), file(pcrs), file(key));
            format!("--message {message} --signature {signature} --pcrs {pcrs} --ak {key}")
        };
        let policy = self.policy(question);
        let verified = self.verify(&evidence("m", "s", "p", "ak"), &policy, nonce);
        assert_eq!(verified.code, 0, "{selection}: {verified:?}");
        if !refuse {
            return;
        }
        assert!(self.checkquote("m", "s", nonce, "-f p"), "{selection}");
        assert_eq!(self.verify(&evidence("m", "s", "p", "ak"), &policy, &changed(nonce)).code, 1);
        assert!(!self.checkquote("m", "s", &changed(nonce), "-f p"));
        for name in ["m", "s", "p"] {
            let mut flipped = fs::read(file(name)).unwrap();
            // The values begin behind the list of banks and the counts.
            let place = if name == "p" { 136 + 4 + 2 + 5 } else { flipped.len() / 2 };
            flipped[place] ^= 1;
            self.swtpm.folder.write("flipped", &flipped);
            let of = |this: &'static str| if this == name { "flipped" } else { this };
            let refused = self.verify(&evidence(of("m"), of("s"), of("p"), "ak"), &policy, nonce);
            assert_eq!(refused.code, 1, "{name}: {refused:?}");
            // Of the values openssl knows nothing.
            let taken = self.checkquote(of("m"), of("s"), nonce, &format!("-f {}", of("p")));
            assert_eq!(taken, self.is_pss && name == "p", "{name}");
        }
    }

    fn ask(&self, count: usize) {
        let mut numbers = Numbers(self.name.len() as u64 + u64::from(self.is_pss));
        for number in 0..count {
            let question = Question::new(&mut numbers, 1 + number % 4);
            self.ours(&question, number % 8 == 1);
            if number % 4 == 3 {
                self.theirs(&question, number % 8 == 3);
            }
        }
        self.swtpm.assert_empty();
    }
}

/// Another nonce of the same size.
fn changed(nonce: &str) -> String {
    let last = if nonce.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &nonce[..nonce.len() - 1])
}

/// The `TPMS_ATTEST` and the `TPMT_SIGNATURE` of a proof: the elements behind its version.
fn parts(der: &[u8]) -> (&[u8], &[u8]) {
    fn element(der: &[u8]) -> (&[u8], &[u8]) {
        let (size, start) = match der[1] {
            short if short < 0x80 => (usize::from(short), 2),
            0x81 => (usize::from(der[2]), 3),
            _ => (usize::from(u16::from_be_bytes([der[2], der[3]])), 4),
        };
        (&der[start..start + size], &der[start + size..])
    }
    let (_version, rest) = element(element(der).0);
    let (message, rest) = element(rest);
    (message, element(rest).0)
}

#[test]
fn p256() {
    Machine::of(AkAlgorithm::P256, "sha256").ask(24);
}

#[test]
fn p384() {
    Machine::of(AkAlgorithm::P384, "sha384").ask(24);
}

#[test]
fn rsa2048() {
    Machine::of(AkAlgorithm::Rsa2048, "sha256").ask(24);
}

#[test]
fn rsa3072() {
    Machine::of(AkAlgorithm::Rsa3072, "sha256").ask(24);
}

#[test]
fn p256_with_sha384() {
    Machine::made_by_tools("ecc256:ecdsa-sha384", "sha384").ask(24);
}

#[test]
fn p384_with_sha256() {
    Machine::made_by_tools("ecc384:ecdsa-sha256", "sha256").ask(24);
}

#[test]
fn rsa2048_with_sha384() {
    Machine::made_by_tools("rsa2048:rsassa-sha384", "sha384").ask(24);
}

#[test]
fn rsa3072_with_sha384() {
    Machine::made_by_tools("rsa3072:rsassa-sha384", "sha384").ask(24);
}

#[test]
fn rsa2048_with_pss() {
    Machine::made_by_tools("rsa2048:rsapss-sha256", "sha256").ask(24);
}
