//! A connection to RabbitMQ that is cut, slow or silent: the twin goes on by itself, and nothing is
//! lost.
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::runtime::Runtime;

use crate::fault_proxy::FaultProxy;
use crate::feed::SLICES;
use crate::rabbitmq::broker_url;
use crate::scene::{Scene, WAIT, wait_until_not_ready};
use crate::twin_process::wait_for;

/// A silent broker must show within two heartbeats (of 5 s), and a little for the machine.
const SILENCE_NOTICED_WITHIN: Duration = Duration::from_secs(15);

#[test]
fn a_connection_that_is_cut_slow_or_silent_is_opened_anew_and_nothing_is_lost() {
    let url = broker_url();
    let uri: lapin::uri::AMQPUri = url.parse().unwrap();
    let authority = &uri.authority;
    let runtime = Runtime::new().unwrap();
    let address = format!("{}:{}", authority.host, authority.port);
    let proxy = runtime.block_on(FaultProxy::before(address));
    let user = &authority.userinfo;
    let through = format!(
        "amqp://{}:{}@{}/%2f",
        user.username, user.password, proxy.address
    );
    let scene = Scene::new(&url, "proxy");
    let twin = scene.twin(&through);
    let (cuts, slow) = (SLICES / 3, 2 * SLICES / 3);
    for slice in 0..cuts {
        scene.publish_stubbornly(slice);
        wait_for("somebody is connected", WAIT, || {
            (proxy.open() > 0).then_some(())
        });
        let before = proxy.ended_by_cuts();
        proxy.cut();
        wait_for("a connection is cut", WAIT, || {
            (proxy.ended_by_cuts() > before).then_some(())
        });
    }
    scene.wait_until_through(&twin, cuts);
    proxy.delay(Duration::from_millis(20));
    for slice in cuts..slow {
        scene.publish_stubbornly(slice);
    }
    scene.wait_until_through(&twin, slow);
    proxy.delay(Duration::ZERO);

    proxy.silence();
    for slice in slow..SLICES {
        scene.publish_stubbornly(slice);
    }
    let noticed = wait_until_not_ready(&twin, SILENCE_NOTICED_WITHIN);
    let started = Instant::now();
    proxy.restore();
    wait_for("it is ready again", WAIT, || {
        (twin.get("/ready").status == 200).then_some(())
    });
    let back = started.elapsed();
    let account = scene.check(&twin);
    println!(
        "{}",
        json!({"name": "broker_connection", "cuts": proxy.ended_by_cuts(), "silence_noticed_ms": noticed.as_millis(),
            "back_ms": back.as_millis(), "lost": account.lost, "twice": account.twice})
    );
}
