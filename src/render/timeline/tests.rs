//! Times are milliseconds.

use super::*;
use crate::plan::{Condition, Kind, Reason, Subject, Target};
use crate::value::ContainerId;

/// A step that needs others, from when to when it ran, and how it ended.
struct Ran(&'static str, &'static [usize], [u64; 2], What);

/// One that was done.
fn ran(name: &'static str, needs: &'static [usize], span: [u64; 2]) -> Ran {
    Ran(name, needs, span, What::Done)
}

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A plan that was carried out; a name that begins with `await` is a wait, any other a start.
fn record(span: [u64; 2], steps: &[Ran]) -> Record {
    let (mut plan, mut events, mut ids) = (Plan::default(), Vec::new(), Vec::new());
    for Ran(name, needs, times, what) in steps {
        let target = Target::Existing(ContainerId::new(name.trim_start_matches("await ").to_owned()));
        let action = match name.strip_prefix("await ") {
            Some(_) => Action::Await { target, until: Condition::Healthy, required: true },
            None => Action::Start { target },
        };
        let service = name.trim_start_matches("await ");
        let subject = Subject::of(Kind::Container, format!("p-{service}-1"), &service.parse().expect("valid"));
        let needs = needs.iter().map(|need| ids[*need]).collect();
        let step = plan.add(Step { action, because: Reason::Missing, subject, needs });
        ids.push(step);
        let [from, to] = times.map(|time| at(time.saturating_sub(span[0])));
        if *what != What::Skipped {
            events.push(Event { step, at: from, what: What::Began });
        }
        if !matches!(what, What::Began) {
            events.push(Event { step, at: to, what: what.clone() });
        }
    }
    Record { plan, began: at(span[0]), ended: at(span[1]), events }
}

/// The critical path: what, how long, and what it would save.
fn path(timeline: &Timeline) -> Vec<(String, u128, u128)> {
    let line = |stretch: &Stretch| {
        let length = stretch.span.length().as_millis();
        match &stretch.what {
            Share::Step { words, saves, .. } => (words.clone(), length, saves.as_millis()),
            Share::Planning => ("planning".into(), length, 0),
            Share::Between => ("between".into(), length, 0),
        }
    };
    timeline.path.iter().map(line).collect()
}

fn line(words: &str, length: u128, saves: u128) -> (String, u128, u128) {
    (words.to_owned(), length, saves)
}

/// `db` is waited for while `cache` starts slowly; `web` needs both.
fn stack() -> Record {
    record(
        [20, 1000],
        &[
            ran("db", &[], [20, 120]),
            ran("cache", &[], [20, 620]),
            ran("await db", &[0], [120, 820]),
            ran("web", &[1, 2], [820, 1000]),
        ],
    )
}

#[test]
fn the_critical_path_follows_the_need_that_ended_last() {
    let expected = [
        line("planning", 20, 0),
        line("start db", 100, 100),
        line("wait for db to be healthy", 700, 200),
        line("start web", 180, 180),
    ];
    assert_eq!(path(&Timeline::of(&[stack()])), expected);
}

#[test]
fn a_wait_costs_only_what_all_would_end_sooner_without_it() {
    let timeline = Timeline::of(&[stack()]);
    let wait = timeline.waits.first().expect("one");
    assert_eq!((wait.length, wait.saves), (at(700), at(200)));
}

#[test]
fn the_stretches_add_up_to_the_whole() {
    let images = record([30, 400], &[ran("pull", &[], [30, 390])]);
    let late = record([450, 900], &[ran("a", &[], [480, 700]), ran("b", &[0], [700, 880])]);
    let timeline = Timeline::of(&[images, late]);
    assert_eq!(timeline.total, at(900));
    assert_eq!(timeline.path.iter().map(|stretch| stretch.span.length()).sum::<Duration>(), timeline.total);
    let names: Vec<String> = path(&timeline).into_iter().map(|(words, ..)| words).collect();
    let expected = ["planning", "start pull", "between", "planning", "between", "start a", "start b", "between"];
    assert_eq!(names, expected);
}

#[test]
fn a_failed_run_ends_its_path_at_the_first_failure() {
    let failed = |name, needs, times| Ran(name, needs, times, What::Failed("no".into()));
    let run = record(
        [0, 900],
        &[
            ran("slow", &[], [0, 900]),
            failed("db", &[], [0, 300]),
            failed("other", &[], [0, 500]),
            Ran("web", &[1], [0, 0], What::Skipped),
        ],
    );
    let timeline = Timeline::of(&[run]);
    assert_eq!(path(&timeline), [line("start db", 300, 0), line("between", 600, 0)]);
    let web = timeline.lanes.iter().find(|lane| lane.title == "web").expect("it is shown");
    assert_eq!((web.bars[0].span, web.bars[0].ending), (None, Ending::Skipped));
}

#[test]
fn what_was_interrupted_went_on_to_the_end() {
    let timeline =
        Timeline::of(&[record([0, 500], &[ran("db", &[], [0, 100]), Ran("await db", &[0], [100, 0], What::Began)])]);
    assert_eq!(path(&timeline), [line("start db", 100, 100), line("wait for db to be healthy", 400, 400)]);
    assert_eq!(timeline.waits[0].ending, Ending::Interrupted);
}

#[test]
fn a_step_that_never_began_is_shown_without_a_time() {
    let mut run = record([0, 500], &[ran("db", &[], [0, 100]), ran("web", &[0], [100, 200])]);
    run.events.truncate(2);
    let timeline = Timeline::of(&[run]);
    assert_eq!(timeline.lanes[1].bars[0].ending, Ending::NotBegun);
    assert_eq!(timeline.sums[0].count, 1);
}

#[test]
fn the_summary_names_where_the_most_time_went() {
    assert_eq!(Timeline::of(&[stack()]).summary().as_deref(), Some("700 ms waited for 'db' to be healthy"));
    assert_eq!(Timeline::of(&[]).summary(), None);
}

#[test]
fn each_kind_has_its_sum() {
    let timeline = Timeline::of(&[stack()]);
    let sums: Vec<_> = timeline.sums.iter().map(|sum| (sum.verb, sum.count, sum.spent, sum.critical)).collect();
    assert_eq!(sums, [("start", 3, at(880), at(280)), ("await", 1, at(700), at(700))]);
}

#[test]
fn the_page_shows_all_and_needs_nothing_from_elsewhere() {
    let page = Timeline::of(&[stack()]).page("up of <p>");
    assert!(page.starts_with("<!doctype html>") && page.contains("up of &lt;p&gt;"));
    for words in ["wait for db to be healthy", "start web", "start cache", "critical", "not there yet"] {
        assert!(page.contains(words), "{words}");
    }
    for elsewhere in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
}

#[test]
fn no_word_of_an_engine_gets_into_the_page() {
    let mut run = stack();
    let step = run.events[0].step;
    run.events.push(Event { step, at: at(900), what: What::Said("password=hunter2".into()) });
    run.events.push(Event { step, at: at(900), what: What::Failed("password=hunter2".into()) });
    assert!(!Timeline::of(&[run]).page("up").contains("hunter2"));
}

#[test]
fn a_time_is_told_as_people_read_it() {
    let told = [7, 999, 2610, 185_000].map(|milliseconds| time(at(milliseconds)));
    assert_eq!(told, ["7 ms", "999 ms", "2.61 s", "3 min 05 s"]);
}
