//! The forecasts of one plant that wait for the truth, and how good those before them were.
//!
//! A file beside the plant's journal, `forecasts.jsonl`, that belongs to nothing else: it is an
//! observation, so neither the journal nor the state hash know of it, and a twin without it loses
//! its scores and nothing more. The first line has the scores so far, each later one a forecast or
//! the end of an order. It is written anew at each start, and whenever it has grown to twice what
//! it holds. A forecast is synced before it counts as kept; the end of an order is not: after a
//! crash it is read from the plant again.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use actors::write_whole;
use serde::{Deserialize, Serialize};
use simulators::what_if::{Calibration, Promise};
use twin_model::WorkOrderId;

/// The file within the plant's directory.
const FILE: &str = "forecasts.jsonl";
/// The version of its format, in the first line.
const FORMAT: &str = "forecasts/1";
/// The most forecasts, one per question, that wait for the truth.
pub(crate) const FORECASTS_MAX: usize = 10_000;
/// The most orders in all of them together: about 25 MB on disk, half of that in memory. The
/// oldest forecasts are dropped for newer ones, and counted.
pub(crate) const PROMISES_MAX: usize = 100_000;
/// A file below this is not written anew because it has grown, bytes.
const COMPACT_BYTES_MIN: u64 = 4 * 1024 * 1024;

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// All its operations ended, the last one then; microseconds since the Unix epoch.
    Done(i64),
    /// Cancelled, given up, or completed before all its operations ended.
    Otherwise,
    /// The plant does not know it any more.
    Unknown,
}

/// What became of forecasts, in numbers of orders in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fates {
    /// Scored.
    pub(crate) scored: u64,
    /// Ended otherwise than by being finished.
    pub(crate) otherwise: u64,
    /// Not known to the plant any more.
    pub(crate) unknown: u64,
    /// Dropped for newer ones.
    pub(crate) dropped: u64,
    /// The scores.
    pub(crate) calibration: Calibration,
}

/// One forecast: what it said of each order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptForecast {
    /// The orders.
    pub(crate) orders: BTreeMap<WorkOrderId, Promise>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Scores { format: String, fates: Fates },
    Forecast(KeptForecast),
    Ended { order: WorkOrderId, end: End },
}

/// What waits, and what came of the rest.
#[derive(Debug, Default)]
struct Content {
    waiting: VecDeque<KeptForecast>,
    /// By order: in how many forecasts it waits.
    orders: BTreeMap<WorkOrderId, u32>,
    promises: usize,
    fates: Fates,
}

/// The log.
#[derive(Debug)]
pub(crate) struct ForecastLog {
    path: PathBuf,
    /// `None` before the first forecast: a plant without forecasts has no file.
    file: Option<File>,
    bytes: u64,
    /// At this size the file is written anew.
    compact_bytes: u64,
    content: Content,
}

impl Content {
    fn takes(&mut self, forecast: KeptForecast) {
        for order in forecast.orders.keys() {
            *self.orders.entry(order.clone()).or_default() += 1;
        }
        self.promises += forecast.orders.len();
        self.waiting.push_back(forecast);
        while self.waiting.len() > FORECASTS_MAX || self.promises > PROMISES_MAX {
            let Some(oldest) = self.waiting.pop_front() else {
                break;
            };
            for order in oldest.orders.keys() {
                self.waits_no_more(order);
                self.fates.dropped += 1;
            }
        }
    }

    fn ends(&mut self, order: &WorkOrderId, end: End) {
        for number in 0..self.waiting.len() {
            let Some(promise) = self.waiting[number].orders.remove(order) else {
                continue;
            };
            self.waits_no_more(order);
            match end {
                End::Done(end_us) => {
                    self.fates.scored += 1;
                    self.fates.calibration.observe(&promise, end_us);
                }
                End::Otherwise => self.fates.otherwise += 1,
                End::Unknown => self.fates.unknown += 1,
            }
        }
        self.waiting.retain(|forecast| !forecast.orders.is_empty());
    }

    fn waits_no_more(&mut self, order: &WorkOrderId) {
        self.promises -= 1;
        if let Some(count) = self.orders.get_mut(order) {
            *count -= 1;
            if *count == 0 {
                self.orders.remove(order);
            }
        }
    }

    /// Reads lines up to the first that cannot be read: the end of the file when the process was
    /// killed while it wrote. `None` when it is no such file.
    fn read(text: &[u8]) -> Option<(Content, bool)> {
        let mut lines = text.split(|&byte| byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let Ok(Line::Scores { format, fates }) = serde_json::from_slice(first) else {
            return None;
        };
        if format != FORMAT {
            return None;
        }
        let mut content = Content {
            fates,
            ..Content::default()
        };
        for line in lines.filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Line::Forecast(forecast)) => content.takes(forecast),
                Ok(Line::Ended { order, end }) => content.ends(&order, end),
                Ok(Line::Scores { .. }) | Err(_) => return Some((content, true)),
            }
        }
        Some((content, false))
    }
}

impl ForecastLog {
    /// Opens the log in a plant's directory; the first forecast makes one where there is none. A
    /// file that is none is set aside and said.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn open(dir: &Path) -> io::Result<ForecastLog> {
        let path = dir.join(FILE);
        let mut log = ForecastLog {
            path,
            file: None,
            bytes: 0,
            compact_bytes: COMPACT_BYTES_MIN,
            content: Content::default(),
        };
        let text = match fs::read(&log.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(log),
            Err(error) => return Err(error),
        };
        let file = log.path.display();
        let Some((content, torn)) = Content::read(&text) else {
            let aside = dir.join(format!("{FILE}.unreadable"));
            tracing::warn!(%file, aside = %aside.display(), "no forecasts are in it; set aside");
            fs::rename(&log.path, &aside)?;
            return Ok(log);
        };
        if torn {
            tracing::warn!(%file, "the end of the forecasts is unreadable and dropped");
        }
        log.content = content;
        log.writes_anew()?;
        Ok(log)
    }

    /// Keeps a forecast. It is durable once the file that is given is synced: that takes its time,
    /// and nobody has to wait for the log meanwhile.
    ///
    /// # Errors
    /// When it cannot be written. It is not kept then.
    pub(crate) fn keep(&mut self, forecast: KeptForecast) -> io::Result<File> {
        let line = Line::Forecast(forecast);
        self.append(&line)?;
        if let Line::Forecast(forecast) = line {
            self.content.takes(forecast);
        }
        self.compact_when_grown()?;
        self.file
            .as_ref()
            .ok_or(io::ErrorKind::NotFound)?
            .try_clone()
    }

    /// An order has ended: scores what was forecast of it.
    ///
    /// # Errors
    /// When that cannot be written. It is scored all the same.
    pub(crate) fn ends(&mut self, order: &WorkOrderId, end: End) -> io::Result<()> {
        if !self.waits_for(order) {
            return Ok(());
        }
        self.content.ends(order, end);
        let order = order.clone();
        self.append(&Line::Ended { order, end })?;
        self.compact_when_grown()
    }

    /// Whether something was forecast of an order and waits for its end.
    pub(crate) fn waits_for(&self, order: &WorkOrderId) -> bool {
        self.content.orders.contains_key(order)
    }

    /// The orders that forecasts wait for.
    pub(crate) fn waited_for(&self) -> Vec<WorkOrderId> {
        self.content.orders.keys().cloned().collect()
    }

    /// How many forecasts wait, and for how many orders in them.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        (self.content.waiting.len(), self.content.promises)
    }

    /// Of how many orders in waiting forecasts p90 is past already: they end later than that,
    /// whenever they end.
    pub(crate) fn past_p90(&self, now_us: i64) -> usize {
        let waiting = self.content.waiting.iter();
        let promises = waiting.flat_map(|forecast| forecast.orders.values());
        promises
            .filter(|promise| promise.percentiles_us[2].is_some_and(|p90| p90 < now_us))
            .count()
    }

    /// What became of the rest.
    pub(crate) fn fates(&self) -> &Fates {
        &self.content.fates
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        if self.file.is_none() {
            self.writes_anew()?;
        }
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if let Err(error) = file.write_all(&text) {
            // Half a line would hide every later one.
            file.set_len(self.bytes)?;
            return Err(error);
        }
        self.bytes += text.len() as u64;
        Ok(())
    }

    fn compact_when_grown(&mut self) -> io::Result<()> {
        if self.bytes < self.compact_bytes {
            return Ok(());
        }
        self.writes_anew()
    }

    fn writes_anew(&mut self) -> io::Result<()> {
        let (file, bytes) = written(&self.path, &self.content)?;
        self.file = Some(file);
        self.bytes = bytes;
        self.compact_bytes = (2 * bytes).max(COMPACT_BYTES_MIN);
        Ok(())
    }
}

/// Writes a file anew, beside the old one first, so that one of the two is whole at any time.
fn written(path: &Path, content: &Content) -> io::Result<(File, u64)> {
    let mut text = serde_json::to_vec(&Line::Scores {
        format: FORMAT.to_owned(),
        fates: content.fates.clone(),
    })?;
    text.push(b'\n');
    for forecast in &content.waiting {
        serde_json::to_writer(&mut text, &Line::Forecast(forecast.clone()))?;
        text.push(b'\n');
    }
    write_whole(path, &text)?;
    let file = OpenOptions::new().append(true).open(path)?;
    Ok((file, text.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_US: i64 = 60_000_000;

    fn forecast(orders: &[&str]) -> KeptForecast {
        let promise = Promise {
            until_us: 100 * MINUTE_US,
            percentiles_us: [10, 20, 40].map(|minutes| Some(minutes * MINUTE_US)),
            due_us: Some(30 * MINUTE_US),
            late: Some(0.5),
        };
        let orders = orders.iter().map(|id| (id.parse().unwrap(), promise));
        KeptForecast {
            orders: orders.collect(),
        }
    }

    fn id(order: &str) -> WorkOrderId {
        order.parse().unwrap()
    }

    #[test]
    fn a_forecast_is_scored_once_when_its_orders_end_and_keeps_its_score_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ForecastLog::open(dir.path()).unwrap();
        log.keep(forecast(&["A", "B", "C", "D"])).unwrap();
        log.keep(forecast(&["A"])).unwrap();
        log.ends(&id("A"), End::Done(25 * MINUTE_US)).unwrap();
        log.ends(&id("A"), End::Done(90 * MINUTE_US)).unwrap();
        drop(log);
        let mut log = ForecastLog::open(dir.path()).unwrap();
        assert_eq!(log.waiting(), (1, 3), "A was in both; D waits");
        log.ends(&id("B"), End::Otherwise).unwrap();
        log.ends(&id("C"), End::Unknown).unwrap();
        drop(log);
        let log = ForecastLog::open(dir.path()).unwrap();
        let fates = log.fates();
        assert_eq!(
            (fates.scored, fates.otherwise, fates.unknown, fates.dropped),
            (2, 1, 1, 0)
        );
        let scores = fates.calibration.scores();
        assert_eq!(scores.coverage.unwrap().share, 1.0);
        assert_eq!(scores.pinball_min, [1.5, 2.5, 1.5].map(Some));
        assert_eq!(scores.brier.unwrap().score, 0.25);
        assert_eq!(log.waited_for(), [id("D")]);
        assert_eq!(log.past_p90(39 * MINUTE_US), 0);
        assert_eq!(
            log.past_p90(41 * MINUTE_US),
            1,
            "never finished, and late for p90"
        );
    }

    #[test]
    fn the_oldest_forecasts_are_dropped_at_the_limit_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = ForecastLog::open(dir.path()).unwrap();
        let many: Vec<String> = (0..PROMISES_MAX / 2).map(|n| format!("WO-{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        log.keep(forecast(&["OLD"])).unwrap();
        log.keep(forecast(&many)).unwrap();
        log.keep(forecast(&many)).unwrap();
        assert_eq!(log.waiting(), (2, PROMISES_MAX));
        assert!(!log.waits_for(&id("OLD")));
        assert_eq!(log.fates().dropped, 1);
        let bytes = fs::metadata(dir.path().join(FILE)).unwrap().len();
        assert!(bytes < 64 * 1024 * 1024, "{bytes}");
        drop(log);
        let log = ForecastLog::open(dir.path()).unwrap();
        assert_eq!((log.waiting(), log.fates().dropped), ((2, PROMISES_MAX), 1));
    }

    #[test]
    fn half_a_line_at_the_end_is_dropped_and_a_file_of_something_else_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        let mut log = ForecastLog::open(dir.path()).unwrap();
        log.keep(forecast(&["A"])).unwrap();
        drop(log);
        let mut text = fs::read(&path).unwrap();
        text.extend_from_slice(b"{\"forecast\":{\"ord");
        fs::write(&path, text).unwrap();
        let mut log = ForecastLog::open(dir.path()).unwrap();
        assert_eq!(log.waiting(), (1, 1));
        log.keep(forecast(&["B"])).unwrap();
        drop(log);
        assert_eq!(ForecastLog::open(dir.path()).unwrap().waiting(), (2, 2));
        fs::write(&path, "something else\n").unwrap();
        assert_eq!(ForecastLog::open(dir.path()).unwrap().waiting(), (0, 0));
        let aside = fs::read(dir.path().join("forecasts.jsonl.unreadable")).unwrap();
        assert_eq!(aside, b"something else\n");
    }
}
