//! Bytes that are no text, and text that a terminal obeys.

use crate::project::{Project, service};

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    let fault = Project::of(b"services:\n  a:\n    image: \xff\n".as_slice()).config();
    let fault = fault.refused("", "UTF-8");
    let has_place = fault.stderr.starts_with("compose.yaml:3:12: ") || fault.stderr.contains("line 3, column 12");
    assert!(has_place && fault.stderr.contains("0xff"), "{}", fault.told());
    Project::of("services:\n  a:\n    image: x\0\n").config().refused("compose.yaml:3:13: ", "U+0000");
    for letter in ["\u{1}", "\u{1b}", "\u{7f}", "\u{80}"] {
        let text = format!("services:\n  a:\n    image: x{letter}y\n");
        Project::of(text).config().refused("compose.yaml:3:13: ", "");
    }
    let escaped = Project::of("services:\n  a:\n    image: x\n    labels: {l: \"\\x07\\0\"}\n").config().understood();
    escaped.has(r"\u0007\u0000", 1);
}

#[test]
fn control_characters_in_a_message_do_no_harm() {
    Project::of(service("    \"\\e[31mred\\x07\": 1\n")).config().refused("compose.yaml:4:", "");
    Project::of(service("    ports: [\"\\e]0;title\\a80\"]\n")).config().refused("compose.yaml:4:13: ", "");
    Project::of(service("    hostname: ${A:?\u{202e}gnp}\n")).config().refused("compose.yaml:4:15: ", "");
}

#[test]
fn marks_and_line_breaks_of_other_systems_are_understood() {
    let unix = Project::of(service("    labels: {l: é}\n")).config().understood().stdout;
    let same = |text: Vec<u8>| {
        let project = Project::of(text);
        let ran = project.hoist(["-p", "p", "config", "--format", "json"]).understood();
        assert_eq!(
            ran.stdout,
            Project::of(service("    labels: {l: é}\n")).hoist(["-p", "p", "config", "--format", "json"]).stdout
        );
    };
    assert!(unix.contains("é"));
    let text = service("    labels: {l: é}\n");
    same(format!("\u{feff}{text}").into_bytes());
    same(text.replace('\n', "\r\n").into_bytes());
    same(format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes());
}

#[test]
fn utf_16_with_its_mark_is_understood_or_named() {
    let text = format!("\u{feff}{}", service("    labels: {l: é}\n"));
    for bytes in [
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let ran = Project::of(bytes).config();
        if ran.code == Some(0) {
            ran.understood().has("\"l\": \"é\"", 1);
        } else {
            ran.refused("", "UTF-16");
        }
    }
}

#[test]
fn odd_bytes_in_an_env_file_are_told_or_kept() {
    let project = Project::of(service("    hostname: $A\n"));
    let ran = project.with(".env", b"A=x\xffy\n".as_slice()).config().readable();
    assert!(ran.code == Some(0) && ran.stderr.starts_with(".env:1:4: warning[not-text]"), "{}", ran.told());
    let ran = ran.has("x\u{fffd}y", 1);
    assert!(ran.stderr.contains("byte 0xff is not UTF-8"), "{}", ran.told());
    let project = Project::of(service("    labels: {l: $A}\n")).with(".env", "A=x\0y\n");
    project.config().has(r"x\u0000y", 1);
    let project = Project::of(service("    hostname: $A$B\n")).with(".env", "\u{feff}A=1\r\nB=2\r\n");
    project.config().understood().has("\"12\"", 1);
}
