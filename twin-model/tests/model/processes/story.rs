//! Telling a plant with processes what happens, and hearing what it asks of others.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twin_model::wire::{decode, encode, snapshot::StoredPlant};
use twin_model::{
    Code, Event, Kind, Notice, Plant, Process, ProcessState, Rejection, Step, System, Turn,
};

/// A command that the plant has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) to: System,
    pub(crate) type_name: &'static str,
    pub(crate) data: Value,
    pub(crate) correlation: String,
}

pub(crate) struct Story {
    pub(crate) plant: Plant,
    /// Ids so far, by what they say and when: the same facts have the same ids in every order.
    events: BTreeMap<String, u32>,
    last: String,
    /// Every command, in order.
    pub(crate) sent: Vec<Sent>,
    /// What waits for a person: code and text by case.
    pub(crate) with_person: BTreeMap<String, (Code, String)>,
}

pub(crate) fn at(time: &str) -> String {
    format!("2026-03-01T{time}:00Z")
}

impl Story {
    /// A plant whose rules were published at 05:00.
    pub(crate) fn with_rules(processes: Value) -> Story {
        let mut story = Story::without_rules();
        story.ok(
            "/twin",
            "process_rules.published",
            "05:00",
            json!({"version": 1, "processes": processes}),
        );
        story
    }

    pub(crate) fn without_rules() -> Story {
        Story {
            plant: Plant::new("P1".parse().unwrap()),
            events: BTreeMap::new(),
            last: String::new(),
            sent: Vec::new(),
            with_person: BTreeMap::new(),
        }
    }

    pub(crate) fn event(&mut self, source: &str, name: &str, time: &str, data: &Value) -> Event {
        let same = format!("{name}@{time}");
        let count = self.events.entry(same.clone()).or_default();
        *count += 1;
        self.last = match *count {
            1 => same,
            count => format!("{same}#{count}"),
        };
        let text = json!({"specversion": "1.0", "id": self.last,
            "source": source, "type": format!("mfg.{name}.v1"), "time": at(time), "plant": "P1",
            "data": data});
        let event = decode(text.to_string().as_bytes()).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let again = decode(encode(&event).as_bytes()).unwrap();
        assert_eq!(again, event, "encode and decode agree");
        event
    }

    pub(crate) fn tell(
        &mut self,
        source: &str,
        name: &str,
        time: &str,
        data: &Value,
    ) -> Result<Turn, Rejection> {
        let event = self.event(source, name, time, data);
        let before = self.plant.clone();
        let outcome = self.plant.apply(&event);
        match &outcome {
            Ok(turn) => self.hear(turn),
            Err(_) => assert!(
                self.plant.entities().eq(before.entities()),
                "a rejection changes nothing"
            ),
        }
        assert_eq!(self.plant.breaches(), [], "no invariant is broken");
        outcome
    }

    pub(crate) fn ok(&mut self, source: &str, name: &str, time: &str, data: Value) -> Turn {
        self.tell(source, name, time, &data)
            .unwrap_or_else(|e| panic!("{name} {data}: {e}"))
    }

    /// Tells what is taken without looking for breaches, for stories of thousands.
    pub(crate) fn quietly(&mut self, source: &str, name: &str, time: &str, data: Value) {
        let event = self.event(source, name, time, &data);
        let turn = self.plant.apply(&event);
        let turn = turn.unwrap_or_else(|e| panic!("{name} {data}: {e}"));
        self.hear(&turn);
    }

    pub(crate) fn meets(
        &mut self,
        source: &str,
        name: &str,
        time: &str,
        data: Value,
    ) -> (Code, Kind) {
        let rejection = self.tell(source, name, time, &data).unwrap_err();
        (rejection.code(), rejection.kind())
    }

    /// The id of the event that was told last.
    pub(crate) fn last_event(&self) -> String {
        self.last.clone()
    }

    /// The plant's clock reaches `time`.
    pub(crate) fn tick(&mut self, time: &str) {
        let now = at(time).parse().unwrap();
        while let Some(turn) = self.plant.tick(now) {
            self.hear(&turn);
        }
    }

    /// A person has a command sent again, which settles what waits for him.
    pub(crate) fn redrive(&mut self, command: &str, time: &str) -> Result<(), Rejection> {
        let before = self.plant.clone();
        let now = at(time).parse().unwrap();
        match self.plant.redrive(&command.parse().unwrap(), now) {
            Ok(turn) => {
                self.with_person.remove(command);
                self.hear(&turn);
                Ok(())
            }
            Err(refused) => {
                assert!(self.plant.entities().eq(before.entities()));
                Err(refused)
            }
        }
    }

    pub(crate) fn hear(&mut self, turn: &Turn) {
        for notice in &turn.notices {
            match notice {
                Notice::CommandIssued {
                    command,
                    to,
                    correlation,
                    body,
                } => self.sent.push(Sent {
                    id: command.to_string(),
                    to: *to,
                    type_name: body.type_name(),
                    data: body.data(),
                    correlation: correlation.to_string(),
                }),
                Notice::PersonNeeded { case, problem, .. } => {
                    let words = (problem.code(), problem.to_string());
                    self.with_person.insert(case.to_string(), words);
                }
                Notice::PersonNoLongerNeeded { case } => {
                    let known = self.with_person.remove(&case.to_string());
                    assert!(known.is_some(), "{case} was with a person");
                }
                _ => {}
            }
        }
    }

    /// The commands sent since the last call.
    pub(crate) fn news(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    /// The only command sent since the last call.
    pub(crate) fn only(&mut self) -> Sent {
        let mut news = self.news();
        assert_eq!(news.len(), 1, "{news:?}");
        news.remove(0)
    }

    pub(crate) fn ids(&mut self) -> Vec<String> {
        self.news().into_iter().map(|sent| sent.id).collect()
    }

    pub(crate) fn acknowledge(&mut self, source: &str, time: &str, command: &str, document: &str) {
        let data = json!({"command": command, "document": document});
        self.ok(source, "posting.acknowledged", time, data);
    }

    pub(crate) fn refuse(&mut self, source: &str, time: &str, command: &str) {
        let data = json!({"command": command, "erp_code": "M7053",
            "erp_text": "Posting period 04 is not open"});
        self.ok(source, "posting.refused", time, data);
    }

    pub(crate) fn process(&self, id: &str) -> &Process {
        let known = self.plant.process(&id.parse().unwrap());
        known.unwrap_or_else(|| panic!("no process {id}"))
    }

    pub(crate) fn state(&self, id: &str) -> ProcessState {
        self.process(id).state()
    }

    pub(crate) fn waits(&self, id: &str) -> Vec<String> {
        let waits = self.process(id).waits_for();
        waits.map(ToString::to_string).collect()
    }

    pub(crate) fn told(&self, id: &str) -> Vec<(String, String)> {
        let told = self.process(id).told().into_iter();
        told.map(|(lane, words)| (lane.into(), words.into()))
            .collect()
    }

    /// How its commands have ended so far.
    pub(crate) fn fates(&self, id: &str) -> Vec<&'static str> {
        let process = self.process(id);
        let fate = |step: &Step| process.fate(step);
        let steps = process.steps().iter().map(AsRef::as_ref);
        steps.map(fate).collect()
    }

    /// The plant as it comes back from its snapshot is the same.
    pub(crate) fn restored(&self) -> Plant {
        let stored = StoredPlant::from(&self.plant);
        let bytes = postcard::to_stdvec(&stored).unwrap();
        let back: StoredPlant = postcard::from_bytes(&bytes).unwrap();
        let plant = Plant::try_from(back).unwrap();
        assert!(plant.entities().eq(self.plant.entities()));
        assert_eq!(plant.state_hash(), self.plant.state_hash());
        assert_eq!(plant.next_due(), self.plant.next_due());
        plant
    }

    /// An order over 10 pieces, created and released at 06:00: operation 10 at SAW, 20 at PACK.
    pub(crate) fn order(&mut self, order: &str) {
        self.created(order);
        self.ok("/erp", "work_order.released", "06:00", released(order));
    }

    pub(crate) fn created(&mut self, order: &str) {
        let data = json!({"order": order, "material": "M", "quantity": q("10"),
            "tolerance": {"over": "0.5"}});
        self.ok("/erp", "work_order.created", "06:00", data);
    }

    pub(crate) fn report(&mut self, name: &str, time: &str, op: &str, good: &str) {
        self.ok("/mes", name, time, report("WO", op, good));
    }
}

pub(crate) fn q(value: &str) -> Value {
    json!({"value": value, "unit": "H87"})
}

pub(crate) fn released(order: &str) -> Value {
    json!({"order": order, "routing_version": "r1", "bom_version": "b1", "operations": [
        {"op": "10", "work_center": "SAW"},
        {"op": "20", "work_center": "PACK", "predecessors": ["10"], "delivers": true}]})
}

pub(crate) fn report(order: &str, op: &str, good: &str) -> Value {
    json!({"order": order, "op": op, "unit": "H87", "good": good})
}
