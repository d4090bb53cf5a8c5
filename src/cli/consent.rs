//! [`ask`]: a question to the user, and what came of it.

use super::Context;
use std::io::BufRead;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The user agrees.
    Yes,
    /// The user does not.
    No,
    /// Nobody is there to answer: standard input has ended.
    Nobody,
    /// Ctrl-C instead of an answer.
    Interrupted,
}

/// Asks a question that is answered by `y` or anything else.
///
/// # Errors
/// When standard input cannot be read.
pub async fn ask(context: &Context, question: &str) -> anyhow::Result<Answer> {
    context.output().ask(&format!("{question} [y/N] "));
    let reading = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    let line = tokio::select! {
        line = reading => line??,
        () = context.interrupts().next() => return Ok(Answer::Interrupted),
    };
    Ok(answer(&line))
}

fn answer(line: &str) -> Answer {
    match line.trim().to_ascii_lowercase().as_str() {
        _ if line.is_empty() => Answer::Nobody,
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes_and_an_empty_line_is_an_answer() {
        assert_eq!(["y\n", "YES", " yes \n"].map(answer), [Answer::Yes; 3]);
        assert_eq!(["\n", "n\n", "yep\n"].map(answer), [Answer::No; 3]);
        assert_eq!(answer(""), Answer::Nobody);
    }
}
