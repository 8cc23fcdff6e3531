//! Why an order waits or is late, asked of the demo as a planner would.

use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::twin_process::{TwinProcess, run_twin, wait_for};

const FOUND_WITHIN: Duration = Duration::from_secs(60);

fn why(twin: &TwinProcess, order: &str) -> Value {
    let answer = twin.get(&format!("/api/v1/plants/P1/work-orders/{order}/why"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["item"].clone()
}

#[test]
fn every_order_of_the_demo_is_explained_down_to_somebody_who_can_act() {
    let dir = TempDir::new().unwrap();
    let arguments = ["demo", "--json", "--listen", "127.0.0.1:0", "--pace", "600"];
    let twin = TwinProcess::start(&arguments, dir.path());
    // The demo goes on meanwhile: what waits now may have begun when it is asked again.
    let (id, text) = wait_for("an order that is told to wait", FOUND_WITHIN, || {
        let orders = twin.items("P1", "work-orders");
        let mut ids = orders.iter().map(|order| order["id"].as_str().unwrap());
        let id = ids.find(|id| why(&twin, id)["state"] == "waiting")?;
        let printed = run_twin(&["why", id, "--url", &twin.url]);
        let text = String::from_utf8(printed.stdout).unwrap();
        assert!(printed.status.success(), "{text}");
        text.contains("  -> ").then(|| (id.to_owned(), text))
    });
    println!("{text}");
    assert!(text.starts_with(&format!("Order {id} is ")), "{text}");
    for order in twin.items("P1", "work-orders") {
        let why = why(&twin, order["id"].as_str().unwrap());
        let chain = why["chain"].as_array().unwrap();
        assert_eq!(chain[0]["id"], order["id"], "it begins with the order");
        for link in chain {
            let path = link["href"].as_str().unwrap();
            assert_eq!(twin.get(path).status, 200, "{path} of {link}");
        }
        let roots = chain.iter().filter(|link| link["root"] == true);
        for root in roots.filter(|root| root["depth"] != 0) {
            assert!(root["owner"].is_string(), "nobody can act on {root}");
            assert!(root["what_to_do"].is_string(), "{root}");
        }
    }

    let json = run_twin(&["why", &id, "--url", &twin.url, "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["item"]["order"].as_str(), Some(id.as_str()));
    let unknown = run_twin(&["why", "NO-SUCH-ORDER", "--url", &twin.url]);
    assert_eq!(unknown.status.code(), Some(1));
    let text = String::from_utf8(unknown.stderr).unwrap();
    assert!(text.contains("NO-SUCH-ORDER is not known"), "{text}");
}
