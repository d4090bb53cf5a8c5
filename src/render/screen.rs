//! [`Screen`]: a plan on a terminal, redrawn in place while it is carried out.
//!
//! The cursor is never hidden, so whatever ends the process leaves it as it was.

use super::board::Board;
use super::row::Row;
use super::width::columns;
use super::{Colours, Output};
use crate::event::Event;
use crate::plan::Plan;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time between two pictures.
const TICK: Duration = Duration::from_millis(100);
/// Lines of a terminal whose height is not known.
const USUAL_HEIGHT: usize = 24;
/// Lines that are left to what is not shown and to the shell.
const SPARE: usize = 3;

/// A plan on a terminal.
#[derive(Debug)]
pub struct Screen {
    picture: Arc<Mutex<Picture>>,
    output: Output,
    /// Sending, or dropping it, ends the ticker.
    stop: Option<Sender<()>>,
    ticker: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Picture {
    board: Board,
    colours: Colours,
    began: Instant,
    limit: usize,
    lines: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Screen {
    /// Puts a plan on the screen.
    pub fn new(output: Output, plan: &Plan) -> Self {
        let lines = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let limit = output.size().height.unwrap_or(USUAL_HEIGHT).saturating_sub(SPARE).max(1);
        let picture = Picture {
            board: Board::new(plan),
            colours: output.talk_colours(),
            began: Instant::now(),
            limit,
            lines: lines.clone(),
            bars: Vec::new(),
        };
        output.show(Some(lines));
        let picture = Arc::new(Mutex::new(picture));
        let (stop, stopped) = mpsc::channel();
        let drawn = Arc::clone(&picture);
        let ticker = std::thread::spawn(move || {
            locked(&drawn).draw();
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                locked(&drawn).draw();
            }
        });
        Self { picture, output, stop: Some(stop), ticker: Some(ticker) }
    }

    /// Takes what happened; the next picture shows it.
    pub fn on(&self, event: &Event) {
        locked(&self.picture).board.apply(event);
    }
}

impl Drop for Screen {
    /// Leaves the final state on the screen.
    fn drop(&mut self) {
        self.stop = None;
        if let Some(ticker) = self.ticker.take() {
            // A ticker that panicked has nothing more to say.
            let _ = ticker.join();
        }
        let mut picture = locked(&self.picture);
        picture.board.close();
        picture.draw();
        picture.bars.iter().for_each(ProgressBar::abandon);
        self.output.show(None);
        if !picture.bars.is_empty() {
            self.output.talk("");
        }
    }
}

impl Picture {
    fn draw(&mut self) {
        let lines = self.texts(self.began.elapsed());
        while self.bars.len() < lines.len() {
            let bar = ProgressBar::new_spinner().with_style(style());
            self.bars.push(self.lines.add(bar));
        }
        for (bar, (text, time)) in self.bars.iter().zip(lines) {
            bar.set_prefix(time);
            bar.set_message(text);
        }
    }

    /// The lines with their times: the rows, and how many more there are.
    fn texts(&self, now: Duration) -> Vec<(String, String)> {
        let rows = Row::all(&self.board, now);
        let label = rows.iter().map(|row| columns(&row.label)).max().unwrap_or(0);
        let mut lines = Vec::new();
        let hidden = rows.len().saturating_sub(self.limit);
        for row in most_important(&rows, self.limit) {
            lines.push((row.text(label, now, self.colours), self.colours.dim(&row.time())));
        }
        if hidden > 0 {
            lines.push((self.colours.dim(&format!("   … {hidden} more")), String::new()));
        }
        lines
    }
}

/// The rows that matter most, in the order of the plan: first what fails, then what goes on.
fn most_important(rows: &[Row], limit: usize) -> Vec<&Row> {
    let mut ranked: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
    ranked.sort_by_key(|(index, row)| (row.mark, *index));
    ranked.truncate(limit);
    ranked.sort_by_key(|(index, _)| *index);
    ranked.into_iter().map(|(_, row)| row).collect()
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{wide_msg} {prefix:>7}").expect("the template is well formed")
}

fn locked(picture: &Mutex<Picture>) -> MutexGuard<'_, Picture> {
    picture.lock().unwrap_or_else(PoisonError::into_inner)
}
