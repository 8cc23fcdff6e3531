//! A plant's change stream for whoever carries it further, such as a broker.

use actors::Cursor;
use twin_model::{PlantId, Time};

use crate::change_event::{ChangeEvent, Happening};
use crate::changes::{Portion, Wish};
use crate::projections::Projections;
use crate::stream::GapView;
use crate::subscription::{Asked, News, Subscription};
use crate::view::object_path;

/// What is given at once.
const PORTION: Portion = Portion {
    entries_max: 256,
    bytes_max: 256 * 1024,
};

/// Somebody's way through the change stream of a plant. Without a position to go on from, and
/// behind a gap, everything that is there comes first.
#[derive(Debug)]
pub struct Follow {
    plant: PlantId,
    subscription: Subscription,
}

/// One thing that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Unique within the plant: the cursor, and in a snapshot the item as well.
    pub id: String,
    /// Where to go on from when this and everything before is done; `None` in the midst of a
    /// snapshot.
    pub position: Option<Cursor>,
    /// The kind of item, such as `work_order`; else `notice` or `stream`.
    pub kind: &'static str,
    /// `changed` or `snapshot` of an item; which notice; of the stream `gap` or `snapshot_end`.
    pub verb: &'static str,
    /// What it is about, as `kind/id`.
    pub subject: Option<String>,
    /// When it happened, plant time; `None` of what is about the stream.
    pub at: Option<Time>,
    /// JSON, as the stream over HTTP has it.
    pub data: String,
}

impl Projections {
    /// Follows a plant from a position on, or with everything that is there first. What has left
    /// memory is read out of the journal. `None` without such a plant, or without a picture of it.
    #[must_use]
    pub fn follow(&self, plant: &PlantId, from: Option<Cursor>) -> Option<Follow> {
        let picture = self.picture(plant.as_str()).ok()?;
        let asked = Asked {
            from,
            with_snapshot: true,
            wish: Wish {
                is_patient: true,
                ..Wish::default()
            },
        };
        Some(Follow {
            plant: plant.clone(),
            subscription: Subscription::begin(picture, asked)?,
        })
    }
}

impl Follow {
    /// Waits for what comes next, at least one thing; `None` when the plant has ended. Nothing is
    /// lost when the waiting is given up.
    pub async fn next(&mut self) -> Option<Vec<Told>> {
        match self.subscription.next(PORTION).await {
            News::Changes(sent) => Some(sent.iter().map(|sent| change(&sent.event)).collect()),
            News::Snapshot(items) => {
                let items = items.into_iter();
                let told = items.map(|item| {
                    let subject = format!("{}/{}", item.kind, item.id);
                    Told {
                        id: format!("{}/{subject}", item.cursor),
                        position: None,
                        kind: item.kind,
                        verb: "snapshot",
                        subject: Some(subject),
                        at: None,
                        data: serde_json::json!(item).to_string(),
                    }
                });
                Some(told.collect())
            }
            News::SnapshotEnd(cursor, end) => {
                let data = serde_json::json!(end).to_string();
                Some(vec![of_the_stream(
                    Some(cursor),
                    cursor,
                    "snapshot_end",
                    data,
                )])
            }
            News::Gap(gap, cursor) => {
                let view = GapView::new(&self.plant, gap, cursor);
                let data = serde_json::json!(view).to_string();
                Some(vec![of_the_stream(None, cursor, "gap", data)])
            }
            News::Ended => None,
        }
    }
}

fn of_the_stream(
    position: Option<Cursor>,
    cursor: Cursor,
    verb: &'static str,
    data: String,
) -> Told {
    Told {
        id: format!("{cursor}/{verb}"),
        position,
        kind: "stream",
        verb,
        subject: None,
        at: None,
        data,
    }
}

fn change(event: &ChangeEvent) -> Told {
    let (_, data) = event.told();
    let sentence = event.sentence();
    let (kind, verb, subject) = match (&event.happening, sentence) {
        (Happening::State { state, .. }, _) => {
            let key = state.key();
            let subject = object_path(&key);
            (key.kind().as_str(), "changed", Some(subject))
        }
        (_, Some(sentence)) => ("notice", sentence.kind, sentence.object),
        (_, None) => unreachable!("what is no item is a notice"),
    };
    Told {
        id: event.cursor.to_string(),
        position: Some(event.cursor),
        kind,
        verb,
        subject,
        at: Some(event.at),
        data,
    }
}
