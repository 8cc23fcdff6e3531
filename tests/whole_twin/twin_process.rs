//! A running `twin`, and how to talk to it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a process may take until it says where it serves.
const START_WAIT: Duration = Duration::from_secs(30);
/// How long one HTTP answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(40);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The binary under test.
pub(crate) fn twin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twin"));
    command.env_remove("RUST_LOG").env("NO_COLOR", "1");
    command
}

/// Runs `twin` to its end.
pub(crate) fn run_twin(arguments: &[&str]) -> Output {
    let output = twin().args(arguments).stdin(Stdio::null()).output();
    output.expect("the binary starts")
}

/// The JSON that `twin` printed, when it ended well.
#[track_caller]
pub(crate) fn json_of(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    serde_json::from_slice(&output.stdout).expect("--json prints JSON")
}

/// Waits until `find` gives something.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, limit: Duration, mut find: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
        pause(LOOK_EVERY);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "other processes give no signal to wait for: they are asked again and again"
)]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// A `twin` that serves; killed at the end of the test unless it was stopped before.
pub(crate) struct TwinProcess {
    child: Child,
    _stdout: BufReader<ChildStdout>,
    /// Where it serves, like `http://127.0.0.1:43210`.
    pub(crate) url: String,
    agent: ureq::Agent,
}

/// Where nobody answers; only told.
pub(crate) const NO_TWIN_URL: &str = "http://127.0.0.1:1";

impl TwinProcess {
    /// Starts `twin` with `arguments` and waits until it says where it serves. Its log goes to a
    /// file in `dir`.
    pub(crate) fn start(arguments: &[&str], dir: &Path) -> TwinProcess {
        TwinProcess::start_with(arguments, dir, &[])
    }

    /// As [`TwinProcess::start`], with variables of the environment.
    pub(crate) fn start_with(
        arguments: &[&str],
        dir: &Path,
        environment: &[(&str, &str)],
    ) -> TwinProcess {
        let log = dir.join("twin.log");
        let errors = File::options().create(true).append(true).open(&log);
        let mut child = twin()
            .args(arguments)
            .env("TMPDIR", dir)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors.expect("the log opens"))
            .spawn()
            .expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = sync_channel(1);
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = stdout.read_line(&mut line).map(|_| line);
            // The receiver is gone when the start took too long; the child is killed then.
            drop(tell.send((read, stdout)));
        });
        let first = told.recv_timeout(START_WAIT);
        let line = match &first {
            Ok((Ok(line), _)) => line.as_str(),
            _ => "",
        };
        let ready: Option<Value> = serde_json::from_str(line).ok();
        let (Ok((_, stdout)), Some(ready)) = (first, ready) else {
            let ended = (child.kill(), child.wait());
            let log = fs::read_to_string(&log).unwrap_or_default();
            panic!("twin {arguments:?} did not serve ({ended:?}): {log}");
        };
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_WAIT))
            .http_status_as_error(false)
            .build();
        TwinProcess {
            child,
            _stdout: stdout,
            url: ready["url"].as_str().unwrap().to_owned(),
            agent: config.into(),
        }
    }

    /// `twin serve` for one plant in the time of its events, kept in `dir`.
    pub(crate) fn serve(dir: &Path, plant: &Served<'_>, listen: &str) -> TwinProcess {
        TwinProcess::serve_with(dir, plant, listen, &[])
    }

    /// As [`TwinProcess::serve`], with variables of the environment.
    pub(crate) fn serve_with(
        dir: &Path,
        plant: &Served<'_>,
        listen: &str,
        environment: &[(&str, &str)],
    ) -> TwinProcess {
        let config = plant.write_config(dir);
        TwinProcess::serve_config(dir, &config, listen, environment)
    }

    /// `twin serve` with a configuration that is there.
    pub(crate) fn serve_config(
        dir: &Path,
        config: &Path,
        listen: &str,
        environment: &[(&str, &str)],
    ) -> TwinProcess {
        let config = config.to_str().unwrap();
        let arguments = ["serve", "--config", config, "--listen", listen, "--json"];
        TwinProcess::start_with(&arguments, dir, environment)
    }

    /// `twin serve --read-only` of plant P1, with these settings of the Redis.
    pub(crate) fn read_copy(dir: &Path, redis: &str) -> TwinProcess {
        let config = dir.join("reader.toml");
        let text = format!(
            "data_dir = \"/nowhere\"\nlisten = \"127.0.0.1:0\"\n[redis]\n{redis}\
             twin_url = \"{NO_TWIN_URL}\"\n[[plant]]\nid = \"P1\"\n"
        );
        std::fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap();
        TwinProcess::start(&["serve", "--read-only", "--config", config, "--json"], dir)
    }

    /// An answer to GET.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Answer {
        let response = self.agent.get(format!("{}{path}", self.url)).call();
        Answer::of(response.unwrap_or_else(|error| panic!("GET {path}: {error}")))
    }

    /// An answer to GET, as long as there is anybody who answers.
    pub(crate) fn try_get(&self, path: &str) -> Option<Value> {
        let response = self.agent.get(format!("{}{path}", self.url)).call().ok()?;
        let mut response = response;
        let text = response.body_mut().read_to_string().ok()?;
        serde_json::from_str(&text).ok()
    }

    /// An answer to `POST /api/v1/events`.
    #[track_caller]
    pub(crate) fn post(&self, body: &[u8]) -> Answer {
        self.post_to("/api/v1/events", body)
    }

    /// An answer to a posted question.
    #[track_caller]
    pub(crate) fn post_to(&self, path: &str, body: &[u8]) -> Answer {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .content_type("application/json");
        let response = request.send(body);
        Answer::of(response.unwrap_or_else(|error| panic!("POST {path}: {error}")))
    }

    /// As [`TwinProcess::post_to`], only if the thing is still as `tag` says.
    #[track_caller]
    pub(crate) fn post_if_match(&self, path: &str, tag: &str, body: &[u8]) -> Answer {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.content_type("application/json");
        let response = request.header("if-match", tag).send(body);
        Answer::of(response.unwrap_or_else(|error| panic!("POST {path}: {error}")))
    }

    /// As [`TwinProcess::post`], as long as there is anybody who answers.
    #[cfg(feature = "chaos")]
    pub(crate) fn try_post(&self, body: &[u8]) -> Option<Answer> {
        let request = self.agent.post(format!("{}/api/v1/events", self.url));
        let request = request.content_type("application/json");
        request.send(body).ok().map(Answer::of)
    }

    /// Every item of a list of the plant, over all its pages.
    #[track_caller]
    pub(crate) fn items(&self, plant: &str, list: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/plants/{plant}/{list}?limit=100{cursor}");
            let page = self.get(&path).json();
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", next.replace(' ', "%20")),
                None => return items,
            }
        }
    }

    /// What became of the plant's input, up to everything that was answered before.
    #[track_caller]
    pub(crate) fn counts(&self, plant: &str) -> Value {
        let committed = self.get(&format!("/api/v1/plants/{plant}/state")).json()["seq"].clone();
        let path = format!("/api/v1/plants/{plant}?wait_for={committed}");
        self.get(&path).json()["item"]["counts"].clone()
    }

    /// The lines of an answer that does not end.
    pub(crate) fn follow(&self, path: &str) -> impl Iterator<Item = String> + use<> {
        let response = self.agent.get(format!("{}{path}", self.url)).call();
        let (head, body) = response.expect("the stream opens").into_parts();
        assert_eq!(head.status, 200);
        assert_eq!(head.headers["content-type"], "text/event-stream");
        BufReader::new(body.into_reader())
            .lines()
            .map_while(Result::ok)
    }

    /// Still there?
    pub(crate) fn is_up(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Its process id.
    #[allow(dead_code, reason = "only a drill asks")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory, in bytes.
    #[allow(dead_code, reason = "only a drill asks")]
    pub(crate) fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kib: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        kib * 1024
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, then waits for the orderly end.
    #[track_caller]
    pub(crate) fn terminate(mut self, limit: Duration) -> ExitStatus {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
        wait_for("the process ends", limit, || self.child.try_wait().unwrap())
    }
}

impl Drop for TwinProcess {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        drop((self.child.kill(), self.child.wait()));
    }
}

/// The one plant of a `twin serve`.
pub(crate) struct Served<'a> {
    pub(crate) plant: &'a str,
    pub(crate) clock: &'a str,
    pub(crate) broker: Option<&'a str>,
}

impl Served<'_> {
    pub(crate) fn write_config(&self, dir: &Path) -> PathBuf {
        let path = dir.join("twin.toml");
        let broker = match self.broker {
            Some(url) => format!("[broker]\nurl = \"{url}\"\n"),
            None => String::new(),
        };
        let text = format!(
            "data_dir = {:?}\n{broker}[[plant]]\nid = \"{}\"\nclock = \"{}\"\n\
             keep_journal_days = 0\n",
            dir.join("data"),
            self.plant,
            self.clock
        );
        fs::write(&path, text).unwrap();
        path
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    fn of(mut response: ureq::http::Response<ureq::Body>) -> Answer {
        let content_type = response.headers().get("content-type");
        let content_type = content_type.and_then(|value| value.to_str().ok());
        Answer {
            status: response.status().as_u16(),
            content_type: content_type.unwrap_or_default().to_owned(),
            // An export may be no text.
            text: String::from_utf8_lossy(&response.body_mut().read_to_vec().unwrap()).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let read = serde_json::from_str(&self.text);
        read.unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
