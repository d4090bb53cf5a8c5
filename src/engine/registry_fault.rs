//! What goes wrong between an engine and a registry: in short, with a remedy, and tried again where that helps.

use super::EngineError;
use crate::event::What;
use crate::value::ImageName;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long it waits before it tries again, each time.
const PAUSES: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(1500), Duration::from_secs(4)];
/// At most so much is added, so that not all who failed together come back together.
const JITTER: u32 = 250;

/// Tries again what failed on the way to a registry, or because the registry has too much to do. What it says clearly,
/// such as that there is no such image or no right to it, is not asked twice.
pub(super) async fn retried(
    image: &ImageName,
    report: &(dyn Fn(What) + Sync),
    attempt: impl AsyncFn() -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let pauses = PAUSES.map(|pause| pause + jitter());
    retried_after(&pauses, image, report, attempt).await
}

async fn retried_after(
    pauses: &[Duration],
    image: &ImageName,
    report: &(dyn Fn(What) + Sync),
    attempt: impl AsyncFn() -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    for pause in pauses {
        let Err(error) = attempt().await else { return Ok(()) };
        let Some((cause, said)) = Cause::of(&error).filter(|(cause, _)| cause.passes()) else { return Err(error) };
        let (message, _) = cause.told(image, said);
        report(What::Waiting(format!("{message}; trying again in {:.1} s", pause.as_secs_f64())));
        tokio::time::sleep(*pause).await;
    }
    attempt().await
}

fn jitter() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_millis((now.subsec_micros() % JITTER).into())
}

/// An error in short and with a remedy, when it is about the registry; a fault of the engine itself stays as it is.
pub(super) fn explained(
    image: &ImageName,
    error: EngineError,
    failed: impl FnOnce(String, String) -> EngineError,
) -> EngineError {
    match Cause::of(&error) {
        Some((cause, said)) => {
            let (message, help) = cause.told(image, said);
            failed(message, help)
        }
        None => error,
    }
}

/// The many ways in which engines say that there is no such image, no right to it, or no way to its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The registry does not have the image.
    Absent,
    /// This engine does not have the image to send.
    NotHere,
    /// The registry has it for other platforms only.
    OtherPlatform,
    /// The user may not.
    Denied,
    /// Too often.
    Limited,
    /// The registry is out of order.
    Down,
    /// There is no such registry.
    Unknown,
    /// No way to it.
    Unreachable,
    /// The registry does not have all parts that an image names: two pushes that share them were in each other's way.
    Incomplete,
    /// Something else.
    Other,
}

/// Each cause with words of which one tells it; the first that fits counts.
const WORDS: [(Cause, &[&str]); 10] = [
    (Cause::Incomplete, &["blob unknown", "digest invalid"]),
    (Cause::NotHere, &["does not exist locally", "tag does not exist", "an image does not exist", "no such image"]),
    (
        Cause::OtherPlatform,
        &[
            "no match for platform",
            "no matching manifest",
            "does not provide the specified platform",
            "does not match the specified platform",
        ],
    ),
    (Cause::Absent, &["manifest unknown", "not found: manifest", "repository does not exist", "name unknown"]),
    (
        Cause::Denied,
        &["unauthorized", "access denied", "authentication required", "no basic auth", "forbidden", "denied:"],
    ),
    (Cause::Limited, &["toomanyrequests", "rate limit", "too many requests"]),
    (
        Cause::Down,
        &["internal server error", "bad gateway", "service unavailable", "gateway time", "unexpected http status: 5"],
    ),
    (Cause::Unknown, &["no such host"]),
    (
        Cause::Unreachable,
        &[
            "connection refused",
            "connection reset",
            "timeout",
            "network is unreachable",
            "temporary failure",
            "server misbehaving",
            "no route to host",
            "context canceled",
            "deadline exceeded",
            "eof",
            "server gave http response to https client",
        ],
    ),
    (Cause::Absent, &["not found"]),
];

impl Cause {
    /// The cause of an error, and the engine's words.
    fn of(error: &EngineError) -> Option<(Self, &str)> {
        let (EngineError::NotFound { message: said } | EngineError::Refused { message: said, .. }) = error else {
            return None;
        };
        let lower = said.to_lowercase();
        let fits = |(_, words): &&(Self, &[&str])| words.iter().any(|word| lower.contains(word));
        Some((WORDS.iter().find(fits).map_or(Self::Other, |(cause, _)| *cause), said))
    }

    /// Whether it may be gone in a moment.
    fn passes(self) -> bool {
        matches!(self, Self::Limited | Self::Down | Self::Unreachable | Self::Incomplete)
    }

    /// The cause in short, and what to do about it.
    fn told(self, image: &ImageName, said: &str) -> (String, String) {
        let registry = image.registry();
        match self {
            Self::Absent => (
                format!("{registry} does not have it"),
                "check name and tag; a private image needs 'docker login'".into(),
            ),
            Self::NotHere => ("the engine does not have it".into(), "build it first: 'hoist build'".into()),
            Self::OtherPlatform => (
                format!("{registry} does not have it for this platform"),
                "set 'platform:' to one that the image has, or use another tag".into(),
            ),
            Self::Denied => (
                format!("{registry} does not let you have it"),
                format!("check the name, and run 'docker login {registry}'"),
            ),
            Self::Limited => {
                (format!("{registry} limits how often you may ask"), format!("run 'docker login {registry}', or wait"))
            }
            Self::Down => (format!("{registry} is out of order ({})", last_words(said)), "try again later".into()),
            Self::Unknown | Self::Unreachable => (
                format!("{registry} cannot be reached ({})", last_words(said)),
                "is the engine online? an image that is there already is used without a pull".into(),
            ),
            Self::Incomplete => (format!("{registry} does not have all its parts"), "push it again".into()),
            Self::Other => (said.to_owned(), "check name and tag".into()),
        }
    }
}

/// Go chains its errors from the outermost to the innermost.
fn last_words(message: &str) -> &str {
    message.rsplit(": ").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn refused(words: &str) -> EngineError {
        EngineError::Refused { status: 500, message: words.into() }
    }

    fn said(words: &str) -> String {
        let image: ImageName = "redis:nope".parse().expect("a name");
        let failed = |message, help| EngineError::PullFailed { image: image.clone(), message, help };
        explained(&image, refused(words), failed).to_string()
    }

    #[test]
    fn parts_that_another_push_is_still_sending_are_waited_for() {
        let error = refused("errors:\ndigest invalid\nmanifest blob unknown: blob unknown to registry\n");
        assert!(Cause::of(&error).is_some_and(|(cause, _)| cause == Cause::Incomplete && cause.passes()));
    }

    #[test]
    fn a_failed_pull_says_whether_the_image_or_the_way_is_missing() {
        assert_eq!(
            said("manifest for redis:nope not found: manifest unknown: manifest unknown"),
            "image 'redis:nope' could not be pulled: docker.io does not have it"
        );
        assert_eq!(
            said(r#"Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host"#),
            "image 'redis:nope' could not be pulled: docker.io cannot be reached (no such host)"
        );
        assert_eq!(
            said("pull access denied for redis, repository does not exist or may require 'docker login'"),
            "image 'redis:nope' could not be pulled: docker.io does not have it"
        );
        assert_eq!(
            said("received unexpected HTTP status: 503 Service Unavailable"),
            "image 'redis:nope' could not be pulled: docker.io is out of order (503 Service Unavailable)"
        );
    }

    #[tokio::test]
    async fn only_what_may_pass_is_tried_again() {
        let image: ImageName = "r.example/a".parse().expect("a name");
        for (words, fails, attempts, well) in [
            ("toomanyrequests: slow down", 2, 3, true),
            ("received unexpected HTTP status: 502 Bad Gateway", 9, 4, false),
            ("dial tcp 10.0.0.1:443: connect: connection refused", 1, 2, true),
            ("manifest unknown", 9, 1, false),
            ("unauthorized: authentication required", 9, 1, false),
            ("lookup r.example: no such host", 9, 1, false),
        ] {
            let count = AtomicUsize::new(0);
            let attempt = async || {
                let before = count.fetch_add(1, Ordering::Relaxed);
                if before < fails { Err(refused(words)) } else { Ok(()) }
            };
            let result = retried_after(&[Duration::ZERO; 3], &image, &|_| {}, attempt).await;
            assert_eq!((count.load(Ordering::Relaxed), result.is_ok()), (attempts, well), "{words}");
        }
    }
}
