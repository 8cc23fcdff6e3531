//! A RabbitMQ that belongs to one test, which may kill it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;

/// A broker takes a small machine for itself while it starts: one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Ended when dropped.
pub(crate) struct OwnBroker {
    dir: TempDir,
    pub(crate) url: String,
    _turn: MutexGuard<'static, ()>,
}

fn script(arguments: &[&str]) -> String {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut scripts = crates.map(|dir| dir.join("scripts/rabbitmq.sh"));
    let path = scripts.find(|path| path.exists());
    let output = Command::new(path.expect("the repository has the script"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "rabbitmq.sh {arguments:?}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A new key for whatever is asked for.
const NEW_KEY: [&str; 6] = [
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
];

fn openssl(dir: &Path, arguments: &[&[&str]]) {
    let arguments = arguments.concat();
    let mut command = Command::new("openssl");
    let output = command.current_dir(dir).args(&arguments).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
}

/// A certificate that signs others, in `NAME.pem` with `NAME.key`.
fn make_authority(dir: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let subject = format!("/CN=authority {name} of a test");
    let itself = ["-x509", "-days", "2", "-subj", &subject];
    openssl(
        dir,
        &[&NEW_KEY, &itself, &["-keyout", &key, "-out", &certificate]],
    );
}

/// A certificate for `localhost` in `cert.pem` with `key.pem`, by the authority `ca.pem`; and another
/// authority, `other.pem`, which has signed nothing.
pub(crate) fn make_certificates(tls: &Path) {
    make_authority(tls, "ca");
    make_authority(tls, "other");
    let name = "/CN=server of a test";
    openssl(
        tls,
        &[
            &NEW_KEY[..],
            &["-keyout", "key.pem", "-out", "request.pem", "-subj", name],
        ],
    );
    fs::write(tls.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
    let sign = [
        "x509",
        "-req",
        "-in",
        "request.pem",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
    ];
    let out = [
        "-CAcreateserial",
        "-extfile",
        "names",
        "-days",
        "2",
        "-out",
        "cert.pem",
    ];
    openssl(tls, &[&sign, &out]);
}

impl OwnBroker {
    pub(crate) fn start() -> OwnBroker {
        OwnBroker::start_in(TempDir::new().unwrap())
    }

    /// One that listens for TLS too, as `localhost`, with a certificate by an authority of its own.
    pub(crate) fn start_with_tls() -> OwnBroker {
        let dir = TempDir::new().unwrap();
        let tls = dir.path().join("tls");
        fs::create_dir(&tls).unwrap();
        make_certificates(&tls);
        OwnBroker::start_in(dir)
    }

    fn start_in(dir: TempDir) -> OwnBroker {
        let turn = ONE_AT_A_TIME.lock();
        let url = script(&["start", dir.path().to_str().unwrap()]);
        OwnBroker {
            dir,
            url,
            // One that failed has ended its broker all the same.
            _turn: turn.unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn dir(&self) -> &str {
        self.dir.path().to_str().unwrap()
    }

    /// `kill -9`.
    pub(crate) fn kill(&self) {
        script(&["kill", self.dir()]);
    }

    /// Starts it again, with its port and what it had stored; returns when it answers.
    pub(crate) fn start_again(&self) {
        script(&["start", self.dir()]);
    }

    /// What it was told to say of itself and of its authorities: `ca.pem` signed its certificate,
    /// `other.pem` did not.
    pub(crate) fn tls_file(&self, name: &str) -> PathBuf {
        self.dir.path().join("tls").join(name)
    }

    /// Where it listens for TLS.
    pub(crate) fn tls_url(&self) -> String {
        let url = fs::read_to_string(self.dir.path().join("tls_url"));
        url.unwrap().trim().to_owned()
    }

    /// `rabbitmqctl`.
    pub(crate) fn ctl(&self, arguments: &[&str]) -> String {
        script(&[&["ctl", self.dir()], arguments].concat())
    }

    /// Below so much free disk, in bytes, it takes no messages from publishers.
    pub(crate) fn needs_free_disk(&self, bytes: u64) {
        self.ctl(&["set_disk_free_limit", &bytes.to_string()]);
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        script(&["stop", self.dir()]);
    }
}
