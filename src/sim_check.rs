//! `twin sim check`: a twin against the truth of a load.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use twin_model::PlantId;

use crate::exit::{Failure, Kind, OrFail};
use crate::report::Dispositions;
use crate::say::say;
use crate::sim_cli::CheckArguments;
use crate::sim_finding::{Finding, TwinException, of_corrupt, of_counts, of_items};
use crate::truth_dir::{CorruptMessage, KnownTruth};
use crate::truth_twin::OwnTwin;
use crate::twin_client::{TwinClient, escaped};

/// How often the twin is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// How often in a row it must have taken enough, and nothing since the time before.
const SETTLED_LOOKS: u32 = 5;
/// Items of one page.
const PAGE_ITEMS: usize = 500;
/// The lists of a plant that are compared when its state differs.
const LISTS: [&str; 5] = ["work-orders", "lots", "work-centers", "holds", "shipments"];

pub(crate) async fn run(arguments: &CheckArguments) -> Result<(), Failure> {
    let truth = KnownTruth::read(&arguments.truth)?;
    let own = match &arguments.data_dir {
        Some(dir) => Some(OwnTwin::of_data_dir(dir).await?),
        None => None,
    };
    let url = own.as_ref().map(|twin| twin.url.clone());
    let url = url.or_else(|| arguments.url.clone());
    let url = url.ok_or_else(|| Failure::new(Kind::Config, "give --url or --data-dir"))?;
    let found = compare(&truth, &url, Duration::from_secs(arguments.patience)).await;
    if let Some(own) = own {
        own.close().await;
    }
    let found = found?;
    if arguments.json {
        let plants: Vec<&PlantId> = truth.summary.plants.keys().collect();
        say!(
            "{}",
            json!({"agrees": found.is_empty(), "plants": plants, "findings": found})
        );
    } else {
        tell(&truth, &found);
    }
    match found.len() {
        0 => Ok(()),
        count => {
            let text = format!("the twin differs from the truth in {count} places");
            Err(Failure::new(Kind::Finding, text))
        }
    }
}

fn tell(truth: &KnownTruth, found: &[Finding]) {
    for finding in found {
        say!("{}: {}", finding.plant, finding.text);
    }
    for (plant, summary) in &truth.summary.plants {
        if found.iter().all(|finding| finding.plant != plant.as_str()) {
            say!(
                "{plant}: as it should be: {} events in {} messages, {} unreadable ones each once \
                 among the exceptions, state hash {}",
                summary.facts,
                summary.messages,
                summary.corrupt,
                summary.state_hash
            );
        }
    }
}

/// Everything in which the twin differs.
async fn compare(
    truth: &KnownTruth,
    url: &str,
    patience: Duration,
) -> Result<Vec<Finding>, Failure> {
    let mut found = Vec::new();
    if truth.summary.lost > 0 {
        found.push(Finding {
            plant: String::new(),
            about: "lost",
            object: None,
            text: format!("{} events were never sent", truth.summary.lost),
        });
    }
    for (plant, summary) in &truth.summary.plants {
        let asked = Asked::of(url, plant);
        let counts = asked.when_settled(summary.messages, patience).await?;
        let corrupt = truth.corrupt.iter();
        let corrupt: Vec<&CorruptMessage> = corrupt.filter(|it| it.plant == *plant).collect();
        found.extend(of_counts(plant.as_str(), summary, &corrupt, &counts));
        let exceptions = asked.items("exceptions").await?;
        let exceptions: Vec<TwinException> = exceptions.iter().map(TwinException::of).collect();
        found.extend(of_corrupt(plant.as_str(), &corrupt, &exceptions));
        let state = asked.get("/state").await?;
        let hash = state["state_hash"].as_str().unwrap_or_default();
        if hash != summary.state_hash {
            found.push(Finding {
                plant: plant.to_string(),
                about: "state",
                object: None,
                text: format!(
                    "the state hash is {hash}, by the truth {}",
                    summary.state_hash
                ),
            });
            found.extend(differing_objects(truth, plant, &asked).await?);
        }
    }
    Ok(found)
}

/// The objects of a plant that differ from those of a twin that is told the truth.
async fn differing_objects(
    truth: &KnownTruth,
    plant: &PlantId,
    asked: &Asked,
) -> Result<Vec<Finding>, Failure> {
    let own = OwnTwin::of_truth(truth, plant).await?;
    let told = Asked::of(&own.url, plant);
    let facts = truth.summary.plants.get(plant).map_or(0, |it| it.facts);
    told.when_settled(facts, Duration::from_secs(60)).await?;
    let mut found = Vec::new();
    for list in LISTS {
        let (by_truth, at_twin) = (told.items(list).await?, asked.items(list).await?);
        found.extend(of_items(plant.as_str(), list, &by_truth, &at_twin));
    }
    own.close().await;
    Ok(found)
}

/// One plant of a twin that answers over HTTP.
struct Asked {
    url: String,
    plant: String,
}

impl Asked {
    fn of(url: &str, plant: &PlantId) -> Asked {
        Asked {
            url: url.to_owned(),
            plant: format!("/api/v1/plants/{}", escaped(plant.as_str())),
        }
    }

    /// An answer below the plant. Asked from another thread: the twin may be one of this process.
    async fn get(&self, path: &str) -> Result<Value, Failure> {
        let (url, path) = (self.url.clone(), format!("{}{path}", self.plant));
        let answer = actix_web::web::block(move || TwinClient::new(&url).get(&path)).await;
        answer.or_fail(Kind::Finding)?
    }

    /// All items of a list, over its pages.
    async fn items(&self, list: &str) -> Result<Vec<Value>, Failure> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self
                .get(&format!("/{list}?limit={PAGE_ITEMS}{cursor}"))
                .await?;
            if let Some(more) = page["items"].as_array_mut() {
                items.append(more);
            }
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={}", escaped(next)),
                None => return Ok(items),
            }
        }
    }

    /// The counts when the twin has taken `messages` and nothing more comes, or when it has not
    /// gone on for too long. A twin that is down for a while is waited for.
    async fn when_settled(
        &self,
        messages: u64,
        patience: Duration,
    ) -> Result<Dispositions, Failure> {
        let mut last = (0, Instant::now());
        let mut settled = 0;
        loop {
            let answer = self.get("").await;
            let counts = match &answer {
                Ok(plant) => Dispositions::of_plant(&plant["item"]),
                Err(failure) if failure.is_passing() => None,
                Err(_) => return Err(answer.err().unwrap_or_else(no_counts)),
            };
            match &counts {
                Some(counts) if counts.input != last.0 => {
                    last = (counts.input, Instant::now());
                    settled = 0;
                }
                Some(counts) if counts.input >= messages => settled += 1,
                _ => {}
            }
            if settled >= SETTLED_LOOKS || last.1.elapsed() > patience {
                return match counts {
                    Some(counts) => Ok(counts),
                    None => Err(answer.err().unwrap_or_else(no_counts)),
                };
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}

fn no_counts() -> Failure {
    Failure::new(Kind::Finding, "the twin's answer has no counts")
}
