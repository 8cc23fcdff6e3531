use crate::live_plant::{LivePlant, created, lot};
use actors::PlantClock;
use serde_json::json;
#[actix_web::test]
async fn measure() {
    println!(
        "Operation {} Entity {} ",
        size_of::<twin_model::Operation>(),
        size_of::<twin_model::Entity>()
    );
    println!(
        "Lot {} WC {} Hold {} Ship {}",
        size_of::<twin_model::Lot>(),
        size_of::<twin_model::WorkCenter>(),
        size_of::<twin_model::Hold>(),
        size_of::<twin_model::Shipment>()
    );
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant
        .tell("work_order.created", "08:00", created("WO-1", "5"))
        .await;
    let ops: Vec<_> = (1..=14).map(|n| json!({"op": format!("{}0", n), "work_center": format!("Machine {n} - milling"), "predecessors": if n > 1 { vec![format!("{}0", n-1)] } else { vec![] }})).collect();
    plant
        .tell(
            "work_order.released",
            "08:00",
            json!({"order": "WO-1", "operations": ops}),
        )
        .await;
    plant.tell("lot.created", "08:00", lot("L-1", "5")).await;
    for p in [
        "work-orders/WO-1",
        "lots/L-1",
        "work-centers/Machine%201%20-%20milling",
    ] {
        let b = plant.get(&format!("/api/v1/plants/P1/{p}")).await.body;
        println!("{p} {}", b["item"].to_string().len());
        println!("{}", b["item"]);
    }
}
