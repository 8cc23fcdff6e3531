//! `edge.toml`: read whole and checked before anything is opened.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ingest::edge::EdgeOptions;
use serde::Deserialize;
use twin_model::PlantId;

use crate::broker_config::BrokerConfig;
use crate::exit::{Failure, Kind};

/// The smallest quota, in mebibytes. The broker at the plant counts how often a message is given
/// back at the quota; with a smaller one it could be set aside as given back too often.
const QUOTA_MIB_MIN: u64 = 64;
const BYTES_PER_MIB: u64 = 1024 * 1024;

/// The configuration of `twin edge`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EdgeConfig {
    /// Where to serve HTTP.
    #[serde(default = "default_listen")]
    pub(crate) listen: SocketAddr,
    /// Where to keep what waits.
    pub(crate) data_dir: PathBuf,
    /// How much may wait there, in mebibytes.
    #[serde(default = "default_quota_mib")]
    quota_mib: u64,
    /// The RabbitMQ that the twin is fed from.
    central: BrokerConfig,
    /// A RabbitMQ at the plant that events are taken from. Without it, they come by HTTP and from
    /// files only.
    local: Option<BrokerConfig>,
    /// The plants that are forwarded for.
    #[serde(rename = "plant")]
    plants: Vec<EdgePlant>,
}

/// One plant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgePlant {
    /// Its id, as the events name it.
    id: PlantId,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8090))
}

fn default_quota_mib() -> u64 {
    1024
}

impl EdgeConfig {
    /// Reads and checks a configuration file.
    pub(crate) fn read(path: &Path) -> Result<EdgeConfig, Failure> {
        let wrong =
            |text: String| Failure::new(Kind::Config, format!("{}: {text}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let config: EdgeConfig = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if config.plants.is_empty() {
            return Err(wrong("no [[plant]]: at least one is needed".to_owned()));
        }
        let mut seen = BTreeSet::new();
        for EdgePlant { id } in &config.plants {
            if !seen.insert(id) {
                return Err(wrong(format!("[[plant]] id = \"{id}\" stands twice")));
            }
        }
        if !(QUOTA_MIB_MIN..=u64::MAX / BYTES_PER_MIB).contains(&config.quota_mib) {
            return Err(wrong(format!(
                "quota_mib = {} must be {QUOTA_MIB_MIN} or more",
                config.quota_mib
            )));
        }
        Ok(config)
    }

    /// Where its spools lie.
    pub(crate) fn dir(&self) -> PathBuf {
        self.data_dir.join("edge")
    }

    /// What may wait there, in bytes.
    pub(crate) fn quota_bytes(&self) -> u64 {
        self.quota_mib * BYTES_PER_MIB
    }

    /// The brokers with the names of their sections.
    pub(crate) fn brokers(&self) -> impl Iterator<Item = (&'static str, &BrokerConfig)> {
        let local = self.local.iter().map(|local| ("local", local));
        [("central", &self.central)].into_iter().chain(local)
    }

    /// What the edge is made of.
    pub(crate) fn options(&self) -> Result<EdgeOptions, Failure> {
        let central = self.central.url("central")?;
        let local = self.local.as_ref();
        let local = local.map(|broker| broker.url("local")).transpose()?;
        if local
            .as_ref()
            .is_some_and(|url| url.is_same_place(&central))
        {
            let text = "[local] and [central] are the same broker: every event would come back";
            return Err(Failure::new(Kind::Config, text));
        }
        Ok(EdgeOptions {
            dir: self.dir(),
            quota_bytes: self.quota_bytes(),
            plants: self.plants.iter().map(|plant| plant.id.clone()).collect(),
            central,
            local,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "listen = \"127.0.0.1:9\"\ndata_dir = \"d\"\nquota_mib = 64\n\
        [central]\nurl = \"amqp://c\"\n[local]\nurl = \"amqp://l\"\n\
        [[plant]]\nid = \"P1\"\n[[plant]]\nid = \"P2\"\n";

    fn read(text: &str) -> Result<EdgeOptions, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let options = EdgeConfig::read(file.path()).and_then(|config| config.options());
        options.map_err(|failure| format!("{failure:?}"))
    }

    #[test]
    fn every_key_of_a_full_configuration_is_read() {
        let options = read(FULL).unwrap();
        assert_eq!(options.dir, Path::new("d/edge"));
        assert_eq!(options.quota_bytes, 64 * 1024 * 1024);
        let plants: Vec<&str> = options.plants.iter().map(PlantId::as_str).collect();
        assert_eq!(plants, ["P1", "P2"]);
        assert!(options.central.to_string().contains("//c:"));
        assert!(options.local.unwrap().to_string().contains("//l:"));
    }

    #[test]
    fn what_is_wrong_is_refused_by_its_name() {
        for (wrong, instead_of, says) in [
            ("quota_mb = 64", "quota_mib = 64", "quota_mb"),
            ("quota_mib = 63", "quota_mib = 64", "must be 64 or more"),
            ("amqp://c", "amqp://l", "every event would come back"),
            ("id = \"P1\"", "id = \"P2\"", "stands twice"),
            ("hosts = \"amqp://c\"", "url = \"amqp://c\"", "hosts"),
            ("amqps://c", "amqp://c", "amqps:// needs [central] ca_file"),
            ("amqp://me@l", "amqp://l", "set [local] password_file"),
        ] {
            let text = FULL.replace(instead_of, wrong);
            assert_ne!(text, FULL, "{wrong}");
            let error = read(&text).unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
        let none = FULL.split("[[plant]]").next().unwrap();
        let error = read(&format!("plant = []\n{none}")).unwrap_err();
        assert!(error.contains("at least one"), "{error}");
    }

    #[test]
    fn the_configuration_that_is_shipped_is_accepted() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/edge.toml");
        let config = EdgeConfig::read(&path).unwrap();
        let missing = format!("{:?}", config.options().unwrap_err());
        assert!(
            missing.contains("[central] url_file /etc/twin/central-url"),
            "{missing}"
        );
    }
}
