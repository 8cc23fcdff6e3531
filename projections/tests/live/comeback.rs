//! A shard that failed and came back: the picture goes on with it.

use actors::PlantClock;

use crate::follower::Follower;
use crate::live_plant::{LivePlant, lot};

#[actix_web::test]
async fn a_failure_of_the_shard_leaves_no_gap_in_lists_or_streams() {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.tell("lot.created", "08:00", lot("L-1", "1")).await;
    let before = plant.items("lots").await;
    let mut follower = Follower::open(&plant, Some("1-0-4294967295")).await;
    assert_eq!(follower.news().await.unwrap().data["id"], "L-1");

    plant.handle.panic_shard().await;
    plant.tell("lot.created", "08:10", lot("L-2", "1")).await;
    let next = follower.news().await.unwrap();
    assert_eq!(next.data["id"], "L-2", "the stream goes on where it was");
    let lots = plant.items("lots").await;
    assert_eq!(lots[..1], before);
    assert_eq!(lots[1], next.data["state"]);
    assert_eq!(plant.projections.not_ready_because(), Vec::<String>::new());
    let mut late = Follower::resume(&plant, "1-1-1").await;
    assert_eq!(late.news().await.unwrap(), next);
}
