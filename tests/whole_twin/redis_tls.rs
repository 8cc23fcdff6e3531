//! The copy in a real Redis over TLS.

use tempfile::TempDir;

use crate::own_broker::make_certificates;
use crate::own_redis::{COPIED_WITHIN, OwnRedis, feed, is_the_twins_answer, serve_as};
use crate::redis_reader::caught_up;
use crate::twin_process::{TwinProcess, run_twin, wait_for};

#[test]
fn a_copy_is_written_and_read_over_tls_and_a_stranger_is_not_trusted() {
    let dir = TempDir::new().unwrap();
    let tls = dir.path().join("redis/tls");
    std::fs::create_dir_all(&tls).unwrap();
    make_certificates(&tls);
    let redis = OwnRedis::start(dir.path());
    let url = std::fs::read_to_string(redis.dir.join("tls-url")).unwrap();
    let settings = |url: &str, ca: &str| {
        let ca = tls.join(ca);
        format!("url = \"{}\"\nca_file = {ca:?}\n", url.trim())
    };
    let right = settings(&url, "ca.pem");
    let twin = serve_as(dir.path(), "event_time", &right);
    feed(&twin, 0, 20);
    is_the_twins_answer(&twin, &redis);
    let reader = TwinProcess::read_copy(dir.path(), &right);
    caught_up(&twin, &reader);
    assert_eq!(reader.items("P1", "lots"), twin.items("P1", "lots"));

    for (wrong, says) in [
        (settings(&url, "other.pem"), "UnknownIssuer"),
        (
            settings(&url.replace("localhost", "127.0.0.1"), "ca.pem"),
            "for 127.0.0.1",
        ),
    ] {
        let stranger = TwinProcess::read_copy(dir.path(), &wrong);
        let answer = stranger.get("/api/v1/plants/P1/lots");
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(
            answer.text.contains(says) && answer.text.contains("ca_file"),
            "{answer:?}"
        );
    }
    // Redis comes back: the encrypted connection does, too.
    redis.kill();
    feed(&twin, 20, 22);
    redis.start_again();
    is_the_twins_answer(&twin, &redis);
    wait_for("the reader", COPIED_WITHIN, || {
        let lots = reader.try_get("/api/v1/plants/P1/lots")?;
        (lots["items"].as_array()?.len() == 22).then_some(())
    });
}

#[test]
fn encryption_without_anybody_to_trust_is_refused_with_the_setting_that_is_missing() {
    let dir = TempDir::new().unwrap();
    let config = dir.path().join("twin.toml");
    let text = "data_dir = \"d\"\n[redis]\nurl = \"rediss://h:1\"\n[[plant]]\nid = \"P1\"\n";
    std::fs::write(&config, text).unwrap();
    let output = run_twin(&["serve", "--read-only", "--config", config.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("[redis] url: rediss:// needs ca_file"),
        "{said}"
    );
}
