//! `twin.toml`: read whole and checked before anything is opened.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use actors::{Durability, PlantClock, Retention};
use projections::Target;
use serde::Deserialize;
use twin_model::PlantId;

use crate::broker_config::BrokerConfig;
use crate::exit::{Failure, Kind};
use crate::publish_config::PublishConfig;
use crate::redis_config::RedisConfig;

/// The configuration of `twin serve`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where to serve HTTP.
    #[serde(default = "default_listen")]
    pub(crate) listen: SocketAddr,
    /// Where to keep the plants.
    pub(crate) data_dir: PathBuf,
    /// The RabbitMQ that the plants are fed from. Without it, events come in by HTTP only.
    pub(crate) broker: Option<BrokerConfig>,
    /// Whether the changes of the plants go to the broker.
    pub(crate) publish: Option<PublishConfig>,
    /// The Redis that a copy of the plants is kept in, for others to read.
    pub(crate) redis: Option<RedisConfig>,
    /// The plants.
    #[serde(rename = "plant")]
    pub(crate) plants: Vec<PlantConfig>,
}

/// One plant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlantConfig {
    /// Its id, as the events name it.
    pub(crate) id: PlantId,
    /// Whose time it lives in.
    #[serde(default)]
    pub(crate) clock: ClockConfig,
    /// How long an event may wait for its cause, in hours of the plant's clock.
    #[serde(default = "default_parking_limit_h")]
    pub(crate) parking_limit_h: u32,
    /// When a commit counts as made.
    #[serde(default)]
    pub(crate) durability: Durability,
    /// For how many days the journal is kept beyond what a start needs; for ever when absent.
    keep_journal_days: Option<u32>,
    /// How much of the journal is kept beyond what a start needs, in mebibytes; all when absent.
    keep_journal_mib: Option<u32>,
    /// What is wanted of its key figures.
    #[serde(default, rename = "target")]
    pub(crate) targets: Vec<Target>,
}

impl PlantConfig {
    /// How much of the journal is kept, if the keys do not contradict each other.
    pub(crate) fn retention(&self) -> Result<Retention, Failure> {
        match (self.keep_journal_days, self.keep_journal_mib) {
            (None, None) => Ok(Retention::All),
            (Some(days), None) => Ok(Retention::Days(days)),
            (None, Some(mebibytes)) => Ok(Retention::Mebibytes(mebibytes)),
            (Some(_), Some(_)) => {
                let text = format!(
                    "plant {}: keep_journal_days and keep_journal_mib are given; keep one of them",
                    self.id
                );
                Err(Failure::new(Kind::Config, text))
            }
        }
    }
}

/// Whose time a plant lives in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClockConfig {
    /// A live plant.
    #[default]
    Wall,
    /// An imported or simulated one.
    EventTime,
}

impl From<ClockConfig> for PlantClock {
    fn from(clock: ClockConfig) -> PlantClock {
        match clock {
            ClockConfig::Wall => PlantClock::Wall,
            ClockConfig::EventTime => PlantClock::EventTime,
        }
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}

fn default_parking_limit_h() -> u32 {
    72
}

impl Config {
    /// Reads and checks a configuration file.
    pub(crate) fn read(path: &Path) -> Result<Config, Failure> {
        let wrong =
            |text: String| Failure::new(Kind::Config, format!("{}: {text}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        // Without the line itself, which the whole text of the error would show: a password that
        // stands in a wrong place is still one.
        let config: Config = toml::from_str(&text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            let line = before.matches('\n').count() + 1;
            wrong(format!("line {line}: {}", error.message()))
        })?;
        if config.publish.is_some() && config.broker.is_none() {
            return Err(wrong(
                "[publish] needs the [broker] that the changes go to".to_owned(),
            ));
        }
        if config.plants.is_empty() {
            return Err(wrong("no [[plant]]: at least one is needed".to_owned()));
        }
        let mut seen = BTreeSet::new();
        for plant in &config.plants {
            if !seen.insert(&plant.id) {
                return Err(wrong(format!(
                    "[[plant]] id = \"{}\" stands twice",
                    plant.id
                )));
            }
            Target::check(&plant.targets)
                .map_err(|error| wrong(format!("plant {}: {error}", plant.id)))?;
            if plant.parking_limit_h == 0 {
                return Err(wrong(format!(
                    "plant {}: parking_limit_h must be 1 or more",
                    plant.id
                )));
            }
        }
        Ok(config)
    }
}

/// Refuses an address that others can reach: there is no access control yet.
pub(crate) fn require_loopback(listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Denied,
        format!(
            "{listen} can be reached from other machines, and this version has no access control. \
             Listen on 127.0.0.1 and put a proxy with access control before it."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Config::read(file.path()).map_err(|failure| format!("{failure:?}"))
    }

    #[test]
    fn an_unknown_key_is_refused_by_name_and_line() {
        let error = read("data_dir = \"d\"\nlissten = \"127.0.0.1:1\"\n[[plant]]\nid = \"P\"\n");
        let error = error.unwrap_err();
        assert!(
            error.contains("lissten") && error.contains("line 2"),
            "{error}"
        );
    }

    #[test]
    fn a_password_in_a_wrong_place_is_not_shown() {
        let text = "data_dir = \"d\"\n[broker]\npassword = \"secret\"\n[[plant]]\nid = \"P\"\n";
        let error = read(text).unwrap_err();
        assert!(
            error.contains("line 3: unknown field `password`"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        let open = read("data_dir = \"d\"\n[broker]\nurl = \"amqp://u:secret@h\n").unwrap_err();
        assert!(
            open.contains("line 3: ") && !open.contains("secret"),
            "{open}"
        );
    }

    #[test]
    fn a_configuration_without_plants_or_with_one_twice_is_refused() {
        assert!(
            read("data_dir = \"d\"\nplant = []\n")
                .unwrap_err()
                .contains("at least one")
        );
        let twice = "data_dir = \"d\"\n[[plant]]\nid = \"P\"\n[[plant]]\nid = \"P\"\n";
        assert!(read(twice).unwrap_err().contains("stands twice"));
    }

    #[test]
    fn every_key_of_a_full_configuration_is_read() {
        let config = read(
            "listen = \"127.0.0.1:9\"\ndata_dir = \"d\"\n[broker]\nurl = \"amqp://h\"\n\
             [[plant]]\nid = \"P\"\nclock = \"event_time\"\nparking_limit_h = 5\n\
             durability = \"unsafe_unsynced\"\nkeep_journal_days = 400\n",
        )
        .unwrap();
        assert_eq!(config.listen.port(), 9);
        assert_eq!(config.plants[0].clock, ClockConfig::EventTime);
        assert_eq!(config.plants[0].parking_limit_h, 5);
        assert_eq!(config.plants[0].durability, Durability::UnsafeUnsynced);
        assert_eq!(config.plants[0].retention().unwrap(), Retention::Days(400));
        assert!(config.broker.unwrap().url("broker").is_ok());
    }

    #[test]
    fn a_journal_is_kept_by_age_or_by_size_or_for_ever() {
        let retention = |keys: &str| {
            let text = format!("data_dir = \"d\"\n[[plant]]\nid = \"P\"\n{keys}");
            read(&text).unwrap().plants[0].retention()
        };
        assert_eq!(retention("").unwrap(), Retention::All);
        let size = retention("keep_journal_mib = 7\n").unwrap();
        assert_eq!(size, Retention::Mebibytes(7));
        let both = retention("keep_journal_mib = 7\nkeep_journal_days = 1\n").unwrap_err();
        assert!(format!("{both:?}").contains("keep one of them"));
    }

    #[test]
    fn targets_are_read_and_those_that_cannot_be_are_refused_by_name() {
        let targets = |keys: &str| {
            let text = format!("data_dir = \"d\"\n[[plant]]\nid = \"P\"\n[[plant.target]]\n{keys}");
            read(&text).map(|config| config.plants[0].targets.clone())
        };
        let target = "name = \"t\"\nowner = \"it\"\nkpi = \"hold_time\"\n";
        let read = targets(&format!("{target}goal = {{ p95_at_most_s = 60 }}\n")).unwrap();
        assert_eq!((read.len(), read[0].window_h), (1, 24));
        for (keys, says) in [
            (
                "goal = { share_at_least = \"0.9\" }\n",
                "target t: HoldTime has no such goal",
            ),
            (
                "goal = { p95_at_most_s = 60 }\nwindow_h = 0\n",
                "window_h must be from 1 to 744",
            ),
            (
                "goal = { p95_at_most_s = 60 }\nescalate_to = \"x\"\n",
                "go together",
            ),
            (
                "goal = { p95_at_most_s = 60 }\ncolor = 1\n",
                "unknown field `color`",
            ),
            ("goal = { quickly = 1 }\n", "unknown variant `quickly`"),
        ] {
            let error = targets(&format!("{target}{keys}")).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn the_configuration_that_is_shipped_is_accepted() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/twin.toml");
        let config = Config::read(&path).unwrap();
        assert_eq!(config.plants[0].id.as_str(), "P1");
        assert_eq!(config.plants[0].durability, Durability::Synced);
        let missing = format!("{:?}", config.broker.unwrap().url("broker").unwrap_err());
        assert!(
            missing.contains("password_file /etc/twin/broker-password"),
            "{missing}"
        );
    }

    #[test]
    fn only_loopback_addresses_are_served() {
        assert!(require_loopback("127.0.0.1:8080".parse().unwrap()).is_ok());
        assert!(require_loopback("[::1]:8080".parse().unwrap()).is_ok());
        assert!(require_loopback("0.0.0.0:8080".parse().unwrap()).is_err());
    }
}
