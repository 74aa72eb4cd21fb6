//! Promise: what a log tells is told as that, and whether it was measured or only said.
#![cfg(feature = "cli")]

use crate::common::cli::{Folder, run, vector};
use crate::common::log::{CONFIG, GLOBAL, SECURITY, le32, variable};
use crate::common::machine::{APPLICATION, AUTHORITY, EFI_ACTION, Event, Machine, entry, of_data, of_other, separator};
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

const VERSION: u32 = 8;
const TAG: u32 = 6;
const IPL: u32 = 0x0d;

/// What a log tells, with the number of each fact's event.
fn told_by(log: &[u8]) -> Vec<String> {
    let folder = Folder::new("facts");
    let line = |fact: &Value| {
        let (kind, text) = (fact["kind"].as_str().unwrap(), fact["text"].as_str().unwrap());
        let said = if fact["measured"] == true { "" } else { "said: " };
        format!("{} {kind}: {said}{text}", fact["event"])
    };
    facts(&folder.write("log", log)).iter().map(line).collect()
}

fn told(events: &[Event]) -> Vec<String> {
    told_by(&Machine::log(events))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn nothing() -> Vec<String> {
    Vec::new()
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

#[test]
fn the_version_of_the_firmware() {
    let version = [wide("v1"), vec![0; 2]].concat();
    assert_eq!(told(&[of_data(0, VERSION, &version)]), ["1 firmware-version: v1"]);
    // In firmware that has no version, the event has no text: nothing, or zeros.
    for zeros in 0..4 {
        assert_eq!(told(&[of_data(0, VERSION, &vec![0; zeros])]), nothing(), "{zeros} zeros");
    }
    // Of another PCR, after the firmware ended, or not what was measured.
    assert_eq!(told(&[of_data(1, VERSION, &version)]), nothing());
    assert_eq!(told(&[separator(0), of_data(0, VERSION, &version)]), nothing());
    assert_eq!(told(&[of_other(0, VERSION, b"v2", &version)]), nothing());
}

/// A confidential machine has PCR 0 in its register 0, and PCRs 1 and 7 in the next.
#[test]
fn registers_of_a_confidential_machine() {
    let of = |events: &[Event]| told_by(&[Machine::log(events), vec![0xff; 50]].concat());
    let version = |register| of(&[of_data(register, VERSION, &[wide("v1"), vec![0; 2]].concat())]);
    assert_eq!(version(0), ["1 firmware-version: v1"]);
    let no_separator = "1 secure-boot: said: not told: the separator was not measured into PCR 7 by the firmware";
    assert_eq!(version(1), [no_separator]);
    assert_eq!([version(2), version(3)], [nothing(), nothing()]);
}

/// What cannot be told of Secure Boot is told instead of what its variable says; the keys are told all the same.
#[test]
fn secure_boot_that_cannot_be_told() {
    let events: Vec<Event> = Machine::new().firmware.into_iter().filter(|event| event.pcr == 7).collect();
    let whole = told(&events);
    assert_eq!(whole[0], "1 secure-boot: on");
    let kinds = |told: &[String]| -> Vec<String> {
        told.iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&whole), ["1 secure-boot", "2 keys", "3 keys", "4 keys", "5 keys", "7 authority"]);
    let mut without = events.clone();
    without.remove(4);
    let partly = told(&without);
    assert_eq!(partly[0], "1 secure-boot: said: not told: dbx was not measured into PCR 7 by the firmware");
    assert_eq!(kinds(&partly), ["1 secure-boot", "2 keys", "3 keys", "4 keys", "6 authority"]);
    assert_eq!(partly[1..4], whole[1..4]);
}

/// What configures Secure Boot stands in PCR 7, before the firmware ended; and what allowed something to start, in PCR 7.
#[test]
fn secure_boot_of_the_wrong_register() {
    let off = variable(GLOBAL, "SecureBoot", &[0]);
    let db = variable(SECURITY, "db", &[]);
    for pcr in [1, 4, 14] {
        assert_eq!(told(&[of_data(pcr, CONFIG, &off), of_data(pcr, CONFIG, &db)]), nothing(), "PCR {pcr}");
        let authority = variable(SECURITY, "db", &entry());
        assert_eq!(told(&[separator(pcr), of_data(pcr, AUTHORITY, &authority)]), nothing(), "PCR {pcr}");
    }
    let machine = Machine::new().firmware;
    let late = [&machine[..], &[of_data(7, CONFIG, &off), of_data(7, CONFIG, &db)]].concat();
    assert_eq!(told(&late), told(&machine));
    assert_eq!(told(&machine).iter().filter(|line| line.contains(" secure-boot: ")).count(), 1);
}

#[test]
fn a_boot_option_counts_if_it_was_measured() {
    let words = b"Calling EFI Application from Boot Option";
    let image = || of_other(4, APPLICATION, b"the loader", &[0; 32]);
    let of = |action| -> Vec<String> {
        told(&[action, image()]).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
    };
    assert_eq!(of(of_data(4, EFI_ACTION, words)), ["1 boot-option", "2 loaded"]);
    assert_eq!(of(of_other(4, EFI_ACTION, b"something else", words)), ["2 loaded-early"]);
}

/// A text is measured with its zero or without.
#[test]
fn a_command_line_in_utf_16() {
    let (line, with_zero) = (wide("quiet"), [wide("quiet"), vec![0; 2]].concat());
    for measured in [&line, &with_zero] {
        assert_eq!(told(&[of_other(12, IPL, measured, &with_zero)]), ["1 command-line: quiet"]);
    }
    assert_eq!(told(&[of_other(12, IPL, b"something else", &with_zero)]), ["1 command-line: said: quiet"]);
    assert_eq!(told(&[of_other(12, IPL, &with_zero, &line)]), ["1 command-line: said: quiet"]);
}

/// What has a tag is measured if the digest is of all that stands there; in PCR 9 it may be a file's.
#[test]
fn tagged_data() {
    for (tag, kind) in [(0x8f3b_22ec, "initrd"), (0x8f3b_22ed, "command-line"), (0xf5bc_582a, "loader-data")] {
        let data = [&le32(tag)[..], &le32(5), b"quiet"].concat();
        let of = |event| -> (String, bool) {
            let told = told(&[event]);
            assert_eq!(told.len(), 1, "{told:?}");
            (told[0].split(": ").next().unwrap().to_owned(), !told[0].contains(": said: "))
        };
        let called = format!("1 {kind}");
        assert_eq!(of(of_data(12, TAG, &data)), (called.clone(), true));
        assert_eq!(of(of_other(12, TAG, b"quiet", &data)), (called.clone(), false));
        assert_eq!(of(of_data(9, TAG, &data)), (called.clone(), false));
        assert_eq!(of(of_other(9, TAG, b"quiet", &data)), (called, false));
    }
}

/// The name of a section is measured with a zero, begins with a dot, and has 16 characters at most.
#[test]
fn names_of_sections() {
    let text = |name: &str, zero: &[u8]| [name.as_bytes(), zero].concat();
    let pair = |name: &str, said: &[u8]| {
        told(&[of_other(11, IPL, &text(name, &[0]), said), of_other(11, IPL, b"what it holds", said)])
    };
    for name in [".osrel", ".", ".abcdefghijklmno"] {
        let wide = wide(name);
        for said in [&text(name, &[])[..], &text(name, &[0]), &wide, &[&wide[..], &[0; 2]].concat()] {
            // Of one dot, UTF-16 is the octet with a zero.
            assert_eq!(pair(name, said), [format!("2 uki-section: {name}")], "{said:?}");
        }
    }
    for name in ["osrel", ".abcdefghijklmnop", ".abcdefghijklmnopq"] {
        let lines = [1, 2].map(|event| format!("{event} loader-data: said: {name}"));
        assert_eq!(pair(name, name.as_bytes()), lines);
        // Without the zero it is a text like any other.
        assert_eq!(told(&[of_data(11, IPL, name.as_bytes())]), [format!("1 loader-data: {name}")]);
    }
    assert_eq!(told(&[of_data(11, IPL, b".osrel")]), ["1 loader-data: .osrel"]);
    // An event without a text is of no section, whatever stands before it.
    for before in [vec![], vec![of_other(11, IPL, b"x", b"x")]] {
        let all = told(&[&before[..], &[of_data(11, IPL, b"")]].concat());
        assert!(!all.iter().any(|fact| fact.contains("uki-section")), "{all:?}");
    }
}

/// GRUB measures a command without what stands before it; old versions measured its zero too.
#[test]
fn commands_of_grub() {
    let of = |measured: &[u8], said: &[u8]| told(&[of_other(8, IPL, measured, said)]);
    for (measured, said) in [
        (&b"set a=b"[..], &b"grub_cmd: set a=b"[..]),
        (b"set a=b", b"grub_cmd: set a=b\0"),
        (b"set a=b\0", b"grub_cmd: set a=b\0"),
        (b"set a=b\0", b"grub_cmd set a=b\0"),
    ] {
        assert_eq!(of(measured, said), ["1 grub-command: set a=b"], "{said:?}");
    }
    for (measured, said) in [
        (&b"something else"[..], &b"grub_cmd: set a=b"[..]),
        (b"something else", b"grub_cmd: set a=b\0"),
        (b" set a=b", b"grub_cmd: set a=b"),
        (b"set a=b\0", b"grub_cmd: set a=b"),
    ] {
        assert_eq!(of(measured, said), ["1 grub-command: said: set a=b"], "{said:?}");
    }
}
