//! A scenario, and what a plant in operation says to it.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, test, web};
use actors::{Disposition, Input, PlantClock, PlantHandle, PlantOptions, open};
use bytes::Bytes;
use ingest::http::{EventRoutes, configure};
use serde_json::{Value, json};
use twin_model::{Code, Entity, EntityKey, Notice, Plant, wire};

/// Messages that are given at once.
const BATCH: usize = 200;

/// One thing that is given to the plant.
pub(crate) enum Given {
    /// An event: who says it, its type without prefix and version, time of the day, data.
    Told(&'static str, &'static str, String, Value),
    /// A message as it is.
    Raw(Bytes),
    /// The warehouse ships a delivery with the token that its gate has given out.
    Ships(&'static str),
    /// The plant's clock reaches a time of the day.
    Tick(&'static str),
}

pub(crate) struct Scene {
    pub(crate) code: Code,
    /// What its sentence must name: the object, the numbers.
    pub(crate) names: &'static [&'static str],
    pub(crate) given: Vec<Given>,
    /// Every handler of this entity panics.
    pub(crate) panic_at: Option<EntityKey>,
    pub(crate) clock: PlantClock,
}

/// Something that the plant said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Code,
    /// In the words of `docs/errors`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
}

pub(crate) fn scene(code: Code, names: &'static [&'static str], given: Vec<Given>) -> Scene {
    Scene {
        code,
        names,
        given,
        panic_at: None,
        clock: PlantClock::EventTime,
    }
}

pub(crate) fn told(source: &'static str, name: &'static str, at: &str, data: Value) -> Given {
    Given::Told(source, name, format!("2026-03-01T{at}:00Z"), data)
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn message(id: &str, source: &str, name: &str, time: &str, data: &Value) -> Bytes {
    let text = json!({"specversion": "1.0", "id": id, "source": source, "time": time,
        "type": format!("mfg.{name}.v1"), "plant": "P1", "data": data});
    text.to_string().into()
}

impl Given {
    /// The message of the `n`th thing that is given; nothing for a tick.
    fn message(&self, n: usize) -> Bytes {
        match self {
            Given::Told(source, name, time, data) => {
                message(&format!("e{n}"), source, name, time, data)
            }
            Given::Raw(raw) => raw.clone(),
            Given::Tick(_) | Given::Ships(_) => Bytes::new(),
        }
    }
}

/// Gives everything to a new plant; what it says to it, and shows at the end.
pub(crate) async fn play(scene: &Scene) -> Vec<Said> {
    let dir = tempfile::tempdir().unwrap();
    let mut options = PlantOptions::new("P1".parse().unwrap(), dir.path());
    options.clock = scene.clock;
    options.panic_at.clone_from(&scene.panic_at);
    let plant = open(options).await.unwrap();
    let mut said = Vec::new();
    for (batch, given) in scene.given.chunks(BATCH).enumerate() {
        let mut raws = Vec::new();
        for (n, given) in given.iter().enumerate() {
            match given {
                Given::Ships(delivery) => {
                    said.extend(give(&plant, std::mem::take(&mut raws)).await);
                    raws.push(shipped(&plant, delivery).await);
                }
                Given::Tick(at) => {
                    said.extend(give(&plant, std::mem::take(&mut raws)).await);
                    let now = format!("2026-03-01T{at}:00Z").parse().unwrap();
                    plant.intake().submit(vec![Input::tick(now)]).await.unwrap();
                }
                other => raws.push(other.message(batch * BATCH + n)),
            }
        }
        said.extend(give(&plant, raws).await);
    }
    said.extend(shown(&plant).await);
    plant.close().await;
    said.extend(corrections(scene));
    said
}

/// What a plant tells to have corrected.
fn corrections(scene: &Scene) -> Vec<Said> {
    let mut plant = Plant::new("P1".parse().unwrap());
    let mut said = Vec::new();
    for (n, given) in scene.given.iter().enumerate() {
        let Ok(event) = wire::decode(&given.message(n)) else {
            continue;
        };
        // Told once more without the shard, whose answers stand already.
        let turn = match scene.panic_at {
            Some(_) => continue,
            None => plant.apply(&event).unwrap_or_default(),
        };
        for notice in turn.notices {
            if let Notice::Corrected {
                code: Some(code),
                text,
                ..
            } = notice
            {
                said.push(Said {
                    code,
                    kind: "accepted with discrepancy",
                    text: text.to_string(),
                });
            }
        }
    }
    said
}

/// Gives messages to the plant; what they are answered.
async fn give(plant: &PlantHandle, raws: Vec<Bytes>) -> Vec<Said> {
    let inputs: Vec<Input> = raws.iter().cloned().map(Input::decode).collect();
    let mut said = Vec::new();
    if inputs.is_empty() {
        return said;
    }
    let receipt = plant.intake().submit(inputs).await.unwrap();
    assert_eq!(receipt.dispositions.len(), raws.len());
    for (disposition, raw) in receipt.dispositions.iter().zip(raws) {
        match disposition {
            Disposition::Duplicate => said.push(answered_over_http(plant, raw).await),
            other => said.extend(answer(other)),
        }
    }
    said
}

/// The confirmation of a delivery whose gate is clear.
async fn shipped(plant: &PlantHandle, delivery: &str) -> Bytes {
    let snapshot = plant.fork().take().await.unwrap();
    let shipment = snapshot.plant.shipment(&delivery.parse().unwrap()).unwrap();
    let token = shipment.clearance().unwrap().token();
    let data = json!({"delivery": delivery, "gate_token": token.to_string()});
    message(
        "ships",
        "/wms",
        "shipment.confirmed",
        "2026-03-01T09:00:00Z",
        &data,
    )
}

/// What somebody who sends a message is answered: the shard itself says no sentence to what it
/// knows.
async fn answered_over_http(plant: &PlantHandle, raw: Bytes) -> Said {
    let routes = EventRoutes::new([(plant.plant().clone(), plant.intake().clone())]);
    let app = App::new()
        .app_data(web::Data::new(routes))
        .configure(configure);
    let app = test::init_service(app).await;
    let request = test::TestRequest::post()
        .uri("/api/v1/events")
        .insert_header((CONTENT_TYPE, "application/json"))
        .set_payload(raw);
    let response = test::call_service(&app, request.to_request()).await;
    let body: Value = test::read_body_json(response).await;
    let result = &body["results"][0];
    assert_eq!(result["disposition"], "duplicate", "{body}");
    Said {
        code: result["code"].as_str().unwrap().parse().unwrap(),
        kind: "duplicate",
        text: result["text"].as_str().unwrap().to_owned(),
    }
}

fn answer(disposition: &Disposition) -> Option<Said> {
    let said = |code, kind, text| Some(Said { code, kind, text });
    match disposition {
        Disposition::Applied | Disposition::Duplicate => None,
        Disposition::Refused(rejection) => said(rejection.code(), "refused", rejection.to_string()),
        Disposition::Parked { code, text } => said(*code, "parked", text.clone()),
        Disposition::Exception { rejection, .. } => {
            said(rejection.code(), "exception", rejection.to_string())
        }
    }
}

/// What the plant shows by itself: broken soft rules, what keeps gates from clearing, what was
/// corrected, and what waits for a person.
async fn shown(plant: &PlantHandle) -> Vec<Said> {
    let snapshot = plant.fork().take().await.unwrap();
    let mut said = Vec::new();
    for entity in snapshot.plant.entities() {
        for found in entity.discrepancies() {
            said.push(Said {
                code: found.code(),
                kind: "accepted with discrepancy",
                text: found.to_string(),
            });
        }
        if let Entity::Shipment(shipment) = entity {
            for reason in shipment.reasons() {
                said.push(Said {
                    code: reason.code,
                    kind: "gate reason",
                    text: reason.text.to_string(),
                });
            }
        }
    }
    for entry in plant.exceptions().list().await.unwrap() {
        if !entry.refused {
            said.push(Said {
                code: entry.code,
                kind: "exception",
                text: entry.text.clone(),
            });
        }
    }
    assert_eq!(snapshot.plant.breaches(), []);
    said
}
