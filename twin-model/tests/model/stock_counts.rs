//! The counts of a lot that are kept, so that they can be taken back: the newest.
use serde_json::{Value, json};
use twin_model::wire::decode;
use twin_model::{COUNTS_PER_LOT_MAX, Code, Plant, Rejection};

struct Story(Plant);

impl Story {
    fn tell(&mut self, id: &str, name: &str, time: &str, data: &Value) -> Result<(), Rejection> {
        let text = json!({"specversion": "1.0", "id": id, "source": "/wms", "plant": "P1",
            "type": format!("mfg.{name}.v1"), "time": format!("2026-03-01T{time}Z"),
            "data": data});
        let event = decode(text.to_string().as_bytes());
        let event = event.unwrap_or_else(|e| panic!("{text}: {:?}", e.rejection));
        self.0.apply(&event).map(|_| ())
    }

    fn count(&mut self, id: &str, time: &str) {
        let one = |value: &str| json!({"value": value, "unit": "H87"});
        let data = json!({"lot": "L", "counted": one("11"), "booked": one("10"),
            "reason": "count"});
        self.tell(id, "stock.adjusted", time, &data).unwrap();
    }

    /// Whether a count can be taken back.
    fn keeps(&self, id: &str) -> bool {
        let mut story = Story(self.0.clone());
        let data = json!({"object": {"kind": "lot", "id": "L"}, "type": "mfg.stock.adjusted.v1",
            "event": id, "reason": "did_not_occur"});
        match story.tell("back", "event.retracted", "12:00:00", &data) {
            Ok(()) => {
                assert_eq!(story.on_hand(), self.on_hand() - rust_decimal::Decimal::ONE);
                true
            }
            Err(rejection) => {
                assert_eq!(rejection.code(), Code::R46, "{rejection}");
                false
            }
        }
    }

    fn on_hand(&self) -> rust_decimal::Decimal {
        self.0.lot(&"L".parse().unwrap()).unwrap().on_hand()
    }
}

#[test]
fn the_newest_thousand_counts_are_kept_whatever_comes_in_which_order() {
    let mut story = Story(Plant::new("P1".parse().unwrap()));
    let data = json!({"lot": "L", "material": "M", "quantity": {"value": "10", "unit": "H87"}});
    story.tell("lot", "lot.created", "05:00:00", &data).unwrap();
    story.count("oldest", "06:00:00");
    for n in 1..COUNTS_PER_LOT_MAX {
        let time = format!("07:{:02}:{:02}", n / 60, n % 60);
        story.count(&format!("n{n}"), &time);
    }
    assert_eq!(story.on_hand(), (10 + 1_000).into());
    assert!(story.keeps("oldest") && story.keeps("n1"), "a thousand");

    let mut late = Story(story.0.clone());
    late.count("late", "05:30:00");
    assert!(!late.keeps("late"), "older than all that are kept");
    assert!(late.keeps("oldest") && late.keeps("n1"));
    assert_eq!(
        late.on_hand(),
        (10 + 1_001).into(),
        "it counts all the same"
    );

    story.count("newest", "08:00:00");
    assert!(!story.keeps("oldest"), "one has gone for the newest");
    assert!(story.keeps("newest") && story.keeps("n1"));
    story.count("between", "06:30:00");
    assert!(!story.keeps("between"));
    assert!(story.keeps("n1"));
    assert_eq!(story.on_hand(), (10 + 1_002).into());
}
