//! Logs as people and JSON write them: what is listed is listed the same in words and again, and what is not is told in words.

use tpmproof::cli::Memory;
use tpmproof::verify::Time;

fn log(data: &[u8], options: &[&str]) -> (u8, String, String) {
    let mut memory = Memory::new(Time::from_unix_seconds(0));
    memory.file("log", data.to_vec());
    memory.option("file", "log");
    options.iter().for_each(|option| memory.option(*option, ""));
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let code = memory.run("log", &mut out, &mut notes);
    (code, String::from_utf8(out).expect("text"), String::from_utf8(notes).expect("text"))
}

/// A file that `tpmproof log` lists, or refuses with a reason.
pub fn text_log(data: &[u8]) -> bool {
    let (code, out, notes) = log(data, &[]);
    match code {
        0 => assert!(!out.is_empty()),
        _ => assert!(out.is_empty() && notes.starts_with("tpmproof: "), "{code}: {notes}"),
    }
    let other = log(data, &["json"]).0;
    assert_eq!(code, other, "in JSON");
    code == 0
}
