//! [`Handler`]: how a kubelet asks whether a container works, read from the test of a health check.
//!
//! A kubelet that asks by itself needs no `curl` in the image. It dials the address of the pod, so that it does so only at
//! a port that the service tells of: another one may listen inside of the container alone.

use super::listening::Listening;
use crate::model::HealthTest;
use k8s_openapi::api::core::v1::{ExecAction, GRPCAction, HTTPGetAction, HTTPHeader, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// Characters that only a shell understands.
const SHELL: &str = "|&;<>()$`\\*?#~!{}\n";
/// Flags of curl that change nothing about the answer, and take no value.
const CURL_LETTERS: &str = "fsSLkqvIg4";
/// Flags of wget that change nothing about the answer.
const WGET: [&str; 12] = [
    "-q",
    "--quiet",
    "--spider",
    "-nv",
    "--no-verbose",
    "-O-",
    "-O/dev/null",
    "-qO-",
    "-qO/dev/null",
    "--no-check-certificate",
    "-S",
    "-4",
];

/// How a kubelet asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handler {
    /// It runs a command in the container.
    Command(Vec<String>),
    /// It asks by HTTP.
    Http { scheme: String, authority: String, port: u16, path: String },
    /// It opens a connection.
    Tcp(u16),
    /// It asks by gRPC.
    Grpc { port: u16, service: Option<String> },
}

impl Handler {
    /// Reads a test; nothing when there is none.
    pub fn of(test: HealthTest<'_>, ports: &[Listening]) -> Option<Self> {
        let (words, exec): (Vec<String>, Vec<String>) = match test {
            HealthTest::Disabled | HealthTest::Inherited | HealthTest::Command([]) => return None,
            HealthTest::Command(words) => (words.to_vec(), words.to_vec()),
            HealthTest::Shell(line) => {
                (simple(line).unwrap_or_default(), ["/bin/sh", "-c", line].map(str::to_owned).into())
            }
        };
        let is_said = |one: &Listening| one.is_exposed || !(one.ports.is_empty() && one.exposed.is_empty());
        let is_told = |port: u16| ports.iter().any(|one| one.number == port && is_said(one));
        let direct = asked(&words).filter(|handler| handler.port().is_some_and(is_told));
        Some(direct.unwrap_or(Self::Command(exec)))
    }

    fn port(&self) -> Option<u16> {
        match self {
            Self::Command(_) => None,
            Self::Http { port, .. } | Self::Grpc { port, .. } | Self::Tcp(port) => Some(*port),
        }
    }

    /// The field of a probe.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Command(_) => "exec",
            Self::Http { .. } => "httpGet",
            Self::Tcp(_) => "tcpSocket",
            Self::Grpc { .. } => "grpc",
        }
    }

    /// A probe that asks so.
    pub fn probe(&self) -> Probe {
        let mut probe = Probe::default();
        match self {
            Self::Command(words) => probe.exec = Some(ExecAction { command: Some(words.clone()) }),
            Self::Http { scheme, authority, port, path } => {
                let header = HTTPHeader { name: "Host".into(), value: authority.clone() };
                probe.http_get = Some(HTTPGetAction {
                    http_headers: Some(vec![header]),
                    path: Some(path.clone()),
                    port: IntOrString::Int((*port).into()),
                    scheme: (scheme == "https").then(|| "HTTPS".to_owned()),
                    ..HTTPGetAction::default()
                });
            }
            Self::Tcp(port) => {
                probe.tcp_socket = Some(TCPSocketAction { host: None, port: IntOrString::Int((*port).into()) });
            }
            Self::Grpc { port, service } => {
                probe.grpc =
                    Some(GRPCAction { port: (*port).into(), service: service.clone(), ..GRPCAction::default() });
            }
        }
        probe
    }
}

/// The words of a line that needs no shell, but for an `|| exit 1` at its end.
fn simple(line: &str) -> Option<Vec<String>> {
    let (line, _) = line.split_once("|| exit").unwrap_or((line, ""));
    let is_query = |letter: char| letter == '?' || letter == '&';
    if line.chars().any(|letter| SHELL.contains(letter) && !is_query(letter)) {
        return None;
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_quoted = |word: &&str| word.starts_with(['"', '\'']) && word.len() > 1;
    if words.iter().any(|word| word.contains(is_query) && !is_quoted(word)) {
        return None;
    }
    let plain = |word: &str| word.trim_matches(['"', '\'']).to_owned();
    let plain: Vec<String> = words.into_iter().map(plain).collect();
    plain.iter().all(|word| !word.contains(['"', '\''])).then_some(plain)
}

/// What a command asks for, if a kubelet can ask for it.
fn asked(words: &[String]) -> Option<Handler> {
    let (program, rest) = words.split_first()?;
    match program.rsplit('/').next()? {
        "curl" => curl(rest),
        "wget" => wget(rest),
        "nc" | "ncat" => connection(rest),
        "grpc_health_probe" => grpc(rest),
        _ => None,
    }
}

/// `curl -f URL`; without `-f` it takes any answer for a good one.
fn curl(words: &[String]) -> Option<Handler> {
    let (mut url, mut fails) = (None, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--fail" => fails = true,
            "--silent" | "--show-error" | "--insecure" | "--location" | "--head" => {}
            "-o" | "--output" | "-m" | "--max-time" | "--connect-timeout" | "--retry" => {
                words.next()?;
            }
            flag if flag.starts_with("--max-time=") || flag == "-o/dev/null" => {}
            flag if flag
                .strip_prefix('-')
                .is_some_and(|letters| letters.chars().all(|one| CURL_LETTERS.contains(one))) =>
            {
                fails |= flag.contains('f');
            }
            flag if flag.starts_with('-') => return None,
            text if url.is_none() => url = Some(text),
            _ => return None,
        }
    }
    http(url.filter(|_| fails)?)
}

/// `wget -q --spider URL`.
fn wget(words: &[String]) -> Option<Handler> {
    let mut url = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-O" | "-T" | "-t" | "--tries" | "--timeout" | "--output-document" | "-qO" => {
                words.next()?;
            }
            flag if WGET.contains(&flag)
                || ["--tries=", "--timeout=", "--output-document="].iter().any(|start| flag.starts_with(start)) => {}
            flag if flag.starts_with('-') => return None,
            text if url.is_none() => url = Some(text),
            _ => return None,
        }
    }
    http(url?)
}

/// A URL of the container itself.
fn http(url: &str) -> Option<Handler> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    if !["http", "https"].contains(&scheme) {
        return None;
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let port = port_of(authority, if scheme == "https" { 443 } else { 80 })?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some(Handler::Http { scheme: scheme.to_owned(), authority: authority.to_owned(), port, path })
}

/// The port of an address of the container itself.
fn port_of(authority: &str, usual: u16) -> Option<u16> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, usual),
    };
    ["localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0", ""].contains(&host).then_some(port)
}

/// `nc -z localhost 5432`.
fn connection(words: &[String]) -> Option<Handler> {
    let mut plain = Vec::new();
    let (mut words, mut scans) = (words.iter(), false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-z" | "-zv" | "-vz" => scans = true,
            "-v" => {}
            "-w" => {
                words.next()?;
            }
            flag if flag.starts_with('-') => return None,
            text => plain.push(text),
        }
    }
    let [host, port] = plain.as_slice() else { return None };
    port_of(&format!("{host}:{port}"), 0).filter(|_| scans).map(Handler::Tcp)
}

/// `grpc_health_probe -addr=:5000`.
fn grpc(words: &[String]) -> Option<Handler> {
    let (mut port, mut service) = (None, None);
    for word in words {
        let (flag, value) = word.trim_start_matches('-').split_once('=')?;
        match flag {
            "addr" => port = Some(port_of(value, 0)?),
            "service" => service = Some(value.to_owned()),
            "connect-timeout" | "rpc-timeout" => {}
            _ => return None,
        }
    }
    Some(Handler::Grpc { port: port?, service })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str) -> Option<Handler> {
        asked(&simple(line)?)
    }

    fn at(port: u16, path: &str) -> Handler {
        let authority = if port == 80 { "localhost".to_owned() } else { format!("localhost:{port}") };
        Handler::Http { scheme: "http".into(), authority, port, path: path.into() }
    }

    #[test]
    fn what_a_kubelet_can_ask_for_is_read_from_commands() {
        assert_eq!(shell("curl -f http://localhost/ || exit 1"), Some(at(80, "/")));
        assert_eq!(shell("curl -fsS -o /dev/null localhost:8080/health"), Some(at(8080, "/health")));
        assert_eq!(shell("wget -q --spider http://localhost:3000/a || exit 1"), Some(at(3000, "/a")));
        assert_eq!(shell("curl -f 'http://localhost:80/?a=1&b=2'").map(|handler| handler.field()), Some("httpGet"));
        assert_eq!(shell("nc -z -w 2 127.0.0.1 5432"), Some(Handler::Tcp(5432)));
        let grpc = Handler::Grpc { port: 5000, service: Some("a".into()) };
        assert_eq!(shell("grpc_health_probe -addr=:5000 -service=a"), Some(grpc));
    }

    #[test]
    fn what_means_more_than_that_is_run_as_it_is() {
        let lines = [
            "curl http://localhost/",
            "curl -f http://example.com/",
            "curl -f http://localhost/ | grep ok",
            "curl -f -X POST http://localhost/",
            "curl -f http://localhost:$PORT/",
            "curl -f http://localhost/?a=1&b=2",
            "pg_isready -U postgres",
            "nc localhost 80",
            "test -f /ready && curl -f http://localhost/",
        ];
        for line in lines {
            assert_eq!(shell(line), None, "{line}");
        }
    }
}
