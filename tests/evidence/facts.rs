//! Promise: what a log tells is told as that, and whether it was measured or only said.
#![cfg(feature = "cli")]

use crate::common::cli::{run, vector};
use crate::common::verified::{SHA256, verified, with};
use serde_json::Value;
use tpmproof::verify::FactKind;

fn facts(file: &str) -> Vec<Value> {
    let outcome = run(&["log".to_owned(), file.to_owned(), "--json".to_owned()]);
    assert_eq!(outcome.code, 0, "{file}: {outcome:?}");
    let value: Value = serde_json::from_str(&outcome.out).unwrap();
    value["facts"].as_array().unwrap().clone()
}

/// The texts of the facts of a kind, in their order.
fn texts<'f>(facts: &'f [Value], kind: &str) -> Vec<&'f str> {
    facts.iter().filter(|fact| fact["kind"] == kind).map(|fact| fact["text"].as_str().unwrap()).collect()
}

fn boot(name: &str) -> Vec<Value> {
    facts(&vector(&format!("material/{name}/binary_bios_measurements")))
}

#[test]
fn a_unified_kernel_image() {
    let facts = boot("boot-uki-sb");
    assert_eq!(texts(&facts, "secure-boot"), ["on"]);
    assert_eq!(texts(&facts, "uki-section"), [".linux", ".osrel", ".cmdline", ".initrd"]);
    assert_eq!(texts(&facts, "loaded").len(), 1);
    assert!(texts(&facts, "loaded")[0].ends_with("\\EFI\\BOOT\\BOOTX64.EFI"));
    assert_eq!(texts(&facts, "authority").len(), 1);
    // The name of a section is measured, and where an image came from is only said.
    let measured = |kind: &str| facts.iter().filter(|fact| fact["kind"] == kind).all(|fact| fact["measured"] == true);
    assert!(measured("uki-section") && measured("secure-boot") && measured("keys") && measured("authority"));
    assert!(!measured("loaded") && !measured("initrd"));
}

#[test]
fn shim_and_grub() {
    let facts = boot("boot-grub-sb");
    assert_eq!(texts(&facts, "secure-boot"), ["on"]);
    let loaded = texts(&facts, "loaded");
    assert_eq!(loaded.len(), 4, "shim, GRUB, and the kernel twice");
    assert!(
        loaded[0].ends_with("\\EFI\\BOOT\\BOOTX64.EFI") && loaded[1] == "\\EFI\\boot\\grubx64.efi"
            || loaded[1].ends_with("grubx64.efi")
    );
    assert_eq!(texts(&facts, "command-line").len(), 1);
    assert!(texts(&facts, "command-line")[0].starts_with("/vmlinuz console=ttyS0 rdinit=/init"));
    let commands = texts(&facts, "grub-command");
    assert!(commands.contains(&"set timeout=0") && commands.contains(&"initrd /initrd.gz"), "{commands:?}");
    assert_eq!(texts(&facts, "file"), ["(hd0,gpt1)/EFI/debian/grub.cfg", "/vmlinuz", "/initrd.gz"]);
    for kind in ["grub-command", "command-line"] {
        assert!(facts.iter().filter(|fact| fact["kind"] == kind).all(|fact| fact["measured"] == true), "{kind}");
    }
}

#[test]
fn other_boots() {
    let direct = boot("boot-direct");
    assert_eq!(texts(&direct, "secure-boot"), ["off"]);
    assert_eq!(texts(&direct, "loaded-early").len(), 1, "the kernel was started before any boot option");
    assert_eq!(texts(&direct, "keys"), ["PK is empty", "KEK is empty", "db is empty", "dbx is empty"]);
    let sdboot = boot("boot-sdboot");
    assert!(texts(&sdboot, "command-line")[0].contains("LoadOptions"));
    assert!(texts(&sdboot, "command-line")[1].starts_with("initrd=\\initrd.gz console=ttyS0"));
    assert_eq!(texts(&sdboot, "initrd").len(), 1);
}

/// Beside a quote the same facts are told, of the PCRs that the log explains.
#[test]
fn verified_logs_tell_the_same() {
    for quote in crate::common::all_quotes()
        .iter()
        .filter(|quote| quote.id.ends_with("rsa_sha256") && quote.id.starts_with("boot-"))
    {
        let boot = quote.id.split('/').next().unwrap();
        let octets = crate::common::read(&format!("{boot}/binary_bios_measurements"));
        let logs = with(&verified(quote), &[&octets]);
        let told: Vec<_> =
            logs.facts(SHA256).map(|fact| (fact.kind.as_str().to_owned(), fact.event().index as u64)).collect();
        let said = self::boot(boot);
        let said: Vec<_> = said
            .iter()
            .map(|fact| (fact["kind"].as_str().unwrap().to_owned(), fact["event"].as_u64().unwrap()))
            .collect();
        assert_eq!(told, said, "{boot}");
        assert!(told.len() > 7, "{boot}");
        // Of a log that does not explain a PCR nothing is told of it.
        let other = crate::common::read("boot-direct/binary_bios_measurements");
        if boot == "boot-grub-sb" {
            let logs = with(&verified(quote), &[&other]);
            assert!(
                logs.facts(SHA256).all(|fact| fact.kind != FactKind::SecureBoot && fact.kind != FactKind::LoadedEarly)
            );
        }
    }
}

/// What the sources of the logs state of them.
#[test]
fn logs_from_the_field() {
    let Some(corpus) = crate::common::corpus() else { return };
    let of = |name: &str| {
        let mut paths = std::fs::read_dir(corpus.join("logs")).unwrap().map(|entry| entry.unwrap().path());
        let path = paths.find(|path| path.file_name().unwrap().to_string_lossy().contains(name));
        facts(path.unwrap_or_else(|| panic!("no log {name}")).to_str().unwrap())
    };
    // SecureBoot has no octet; an application is loaded before the firmware went to a boot option; the firmware's version.
    let arch = of("eventlogs-arch-linux-workstation");
    assert!(texts(&arch, "secure-boot")[0].contains("SecureBoot, but not as one octet"), "{arch:?}");
    assert_eq!(texts(&arch, "loaded-early").len(), 2);
    // The version of the firmware is not what was measured; the firmware can be debugged, or does not protect its memory.
    let gdc = of("gdc-host");
    assert!(texts(&gdc, "firmware-version").is_empty());
    assert_eq!(texts(&gdc, "loaded-early").len(), 1);
    assert!(texts(&gdc, "secure-boot")[0].contains("does not protect memory"));
    // No GRUB.
    let glinux = of("glinux-alex");
    assert!(texts(&glinux, "grub-command").is_empty() && texts(&glinux, "secure-boot") == ["off"]);
    // Machines of Google's.
    for (name, technology) in [
        ("ubuntu-1804-amd-sev", "AMD SEV"),
        ("cos-101-amd-sev", "AMD SEV"),
        ("ubuntu-2404-amd-sevsnp", "AMD SEV-SNP"),
        ("debian-10", "memory is not kept from the host"),
    ] {
        let told = of(name);
        assert_eq!(texts(&told, "memory-protection"), [technology], "{name}");
        assert!(texts(&told, "firmware-version")[0].starts_with("GCE Virtual Firmware v"), "{name}");
    }
    // Secure Boot.
    for (name, state) in [
        ("ubuntu-2104-no-secure-boot", "off"),
        ("shielded-vm-no-secure-boot", "off"),
        ("confidential-gke-debug", "on"),
        ("measurements-secureboot", "on"),
        ("rhel8-uefi", "on"),
        ("option-rom", "on"),
    ] {
        assert_eq!(texts(&of(name), "secure-boot"), [state], "{name}");
    }
    // Two authorities behind the separator, and a driver of a PCI device.
    let rom = of("option-rom");
    assert_eq!((texts(&rom, "authority").len(), texts(&rom, "loaded").len()), (2, 1));
    assert_eq!(texts(&of("mb-log"), "grub-command").len(), 59);
    // The state of GRUB as its source gives it: the command line of the kernel.
    let sevsnp = of("ubuntu-2404-amd-sevsnp");
    let line = sevsnp.iter().find(|fact| fact["kind"] == "command-line" && fact["measured"] == true).unwrap();
    assert!(line["text"].as_str().unwrap().starts_with("/vmlinuz-"), "{line}");
    // Confidential machines: the registers are others.
    let tdx = of("ccel-cos-113-intel-tdx.bin");
    assert_eq!((texts(&tdx, "secure-boot"), texts(&tdx, "grub-command").len()), (vec!["off"], 14));
    for name in ["ccel-cos-113-intel-tdx-dupe-separator.bin", "ccel-cos-113-intel-tdx-dupe-separator-unpadded"] {
        assert!(texts(&of(name), "secure-boot")[0].contains("second separator"), "{name}");
    }
}
