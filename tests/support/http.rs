//! A small HTTP client for what the examples serve.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The headers, as they came.
    pub head: String,
    pub body: String,
}

/// `GET` from this machine; headers are whole lines.
pub fn get(port: u16, path: &str, headers: &[&str]) -> Answer {
    send("GET", port, path, (headers, ""))
}

/// `POST` of JSON to this machine.
pub fn post(port: u16, path: &str, json: &str) -> Answer {
    send("POST", port, path, (&["Content-Type: application/json"], json))
}

fn send(method: &str, port: u16, path: &str, (headers, body): (&[&str], &str)) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap_or_else(|error| panic!("port {port}: {error}"));
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout can be set");
    let headers = headers.iter().flat_map(|line| [line, "\r\n"]).collect::<String>();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
    .expect("it listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP: {answer}"));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Answer { status, head: head.to_owned(), body: body.trim().to_owned() }
}
