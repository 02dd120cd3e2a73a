//! The configuration: what was typed (file, environment, flags) becomes what it means, once and here.

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::identifiers::{Finess, InvalidIdentifier, Rpps};
use crate::domain::people::{Operator, OperatorRole, Pharmacy};

/// Free bytes on the disk below which the doctor warns: a year of deliveries and their copies.
pub const FREE_BYTES_MIN: u64 = 500_000_000;
/// Days that entries may wait for a closure: a month, the longest of the closures that French till rules ask for.
pub const CLOSURE_DAYS_MAX: i64 = 31;
/// Days that the last backup may be old: a week-end and a holiday, after which a closure made none.
pub const BACKUP_DAYS_MAX: i64 = 4;
/// Hours that a delivery may wait for the base before somebody should look at it.
pub const OUTBOX_HOURS_MAX: i64 = 24;
/// Seconds by which the clock may differ from the base's: what holds and logins bear.
pub const CLOCK_SECONDS_MAX: u64 = 300;
/// Where the public medicines database publishes its files.
pub const OFFICIAL_FILES: &str = "https://base-donnees-publique.medicaments.gouv.fr/download/file/";

/// What was typed: nothing is checked yet.
#[derive(Debug, Default)]
pub struct Typed {
    /// `--config`, `COMPTOIR_CONFIG`.
    pub config: Option<PathBuf>,
    /// `--data-dir`, `COMPTOIR_DATA_DIR`.
    pub data_dir: Option<PathBuf>,
    /// `--base`, `COMPTOIR_BASE`.
    pub base: Option<String>,
    /// `--operator`, `COMPTOIR_OPERATOR`.
    pub operator: Option<String>,
    /// `COMPTOIR_TOKEN`: never a flag, or it would stand in the list of running programs.
    pub token: Option<String>,
}

/// What it means, valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Training or real work.
    pub session: SessionKind,
    /// Which base to speak to.
    pub base: BaseChoice,
    /// Where everything of this counter is kept.
    pub data_dir: PathBuf,
    /// Pictures dropped here are scanned.
    pub inbox_dir: PathBuf,
    /// A reader on a serial line, beside those that type.
    pub reader: Option<SerialReader>,
    /// A camera's program writes what it sees into this folder, frame after frame.
    pub frames_dir: Option<PathBuf>,
    /// A camera that the counter opens itself, in a program built with the feature `camera`.
    pub camera: Option<PathBuf>,
    /// The pharmacy.
    pub pharmacy: Pharmacy,
    /// Who stands at the counter.
    pub operator: Operator,
    /// Where the official files of medicines are downloaded from: not yet checked, the download's own door does it.
    pub catalogue_address: String,
    /// The list of recalled lots that the pharmacy keeps, when it keeps one.
    pub recalled_lots: Option<PathBuf>,
    /// Where the key of the store is kept.
    pub key_keeper: KeyKeeper,
    /// Where backups go, and how many stay.
    pub backup: Option<BackupChoice>,
    /// The calendar the law counts in.
    pub time_zone: TimeZone,
    /// How many hand-overs are posted per second when many wait, at most.
    pub catch_up_per_second: NonZeroU32,
}

/// How many hand-overs are posted per second when many wait, unless the configuration says otherwise: ten thousand of
/// them, a week's, are at the base in ten minutes, and it sees no more of this counter than of a busy one.
pub const CATCH_UP_PER_SECOND: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// A reader on a serial line (USB-COM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialReader {
    /// Its device: `/dev/ttyACM0`, `COM3`…
    pub device: PathBuf,
    /// Symbols a second.
    pub baud: u32,
}

/// The speed that serial readers leave the factory with.
pub const READER_BAUD: u32 = 9600;

/// Whether patients are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// Nothing is real: every screen and print says FORMATION.
    Training,
    /// Patients are real.
    Real,
}

/// Who keeps the key that the store is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKeeper {
    /// A file beside the store, that only its owner may read.
    #[default]
    File,
    /// The system's keyring.
    Keyring,
}

/// The second support.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupChoice {
    /// Where backups are written, at each closure and on demand. Never made: an absent folder is a support unplugged.
    pub directory: PathBuf,
    /// How many stay there; all of them when nothing is said.
    pub keep: Option<NonZeroU32>,
}

/// Which base to speak to.
#[derive(Clone, PartialEq, Eq)]
pub enum BaseChoice {
    /// The training base inside this program, on a free loopback port.
    Embedded,
    /// A base at an address, with the token that opens it.
    At {
        /// Its address, not yet checked: the client's own door does it.
        address: String,
        /// `None`: a training base on a loopback address is asked for one.
        token: Option<String>,
    },
}

impl std::fmt::Debug for BaseChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded => f.write_str("Embedded"),
            Self::At { address, .. } => write!(f, "At({address}, token hidden)"),
        }
    }
}

/// Why a configuration has no meaning.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not what a configuration looks like.
    #[error("the configuration file {path} is not valid")]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// On which line, from 1.
        line: Option<usize>,
        /// Why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// An identifier in it is wrong.
    #[error("the configuration's {place} is wrong")]
    Identifier {
        /// Which one.
        place: &'static str,
        /// Why.
        #[source]
        source: InvalidIdentifier,
    },
    /// No operator has that name.
    #[error("no operator is named {wanted:?}; the configuration knows {known}")]
    UnknownOperator {
        /// The name asked for.
        wanted: String,
        /// Those it has.
        known: String,
    },
    /// An operator with a role that does not exist.
    #[error("{0:?} is not a role; the roles are pharmacist, technician and student")]
    UnknownRole(String),
    /// The system does not say where files belong.
    #[error("the system gives no home directory; say where to keep data with --data-dir")]
    NoHome,
    /// A real session cannot have a made-up pharmacy.
    #[error("the configuration file names no {0}, which a real session needs")]
    Missing(&'static str),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    #[serde(default)]
    training: bool,
    data_dir: Option<PathBuf>,
    inbox_dir: Option<PathBuf>,
    reader: Option<RawReader>,
    #[serde(default)]
    store_key: KeyKeeper,
    backup: Option<BackupChoice>,
    base: Option<RawBase>,
    pharmacy: Option<RawPharmacy>,
    catalogue: Option<RawCatalogue>,
    #[serde(default)]
    operator: Vec<RawOperator>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBase {
    address: Option<String>,
    token_file: Option<PathBuf>,
    catch_up_per_second: Option<NonZeroU32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalogue {
    address: Option<String>,
    recalled_lots: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReader {
    serial: Option<PathBuf>,
    baud: Option<u32>,
    frames: Option<PathBuf>,
    camera: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPharmacy {
    finess: String,
    name: String,
    address: String,
    phone: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperator {
    id: String,
    name: String,
    role: String,
    rpps: String,
}

/// Gives what was typed its meaning. Flags and environment come before the file, the file before defaults.
pub fn config(typed: Typed) -> Result<Config, ConfigError> {
    let raw = match &typed.config {
        Some(path) => read(path)?,
        None => RawConfig {
            training: true,
            ..RawConfig::default()
        },
    };
    let reader = raw.reader.unwrap_or_default();
    let session = if raw.training {
        SessionKind::Training
    } else {
        SessionKind::Real
    };
    let base = base_choice(&typed, raw.base.as_ref(), session)?;
    let data_dir = match typed.data_dir.or(raw.data_dir) {
        Some(data_dir) => data_dir,
        None => default_data_dir(session)?,
    };
    let pharmacy = match (raw.pharmacy, session) {
        (Some(raw), _) => pharmacy(raw)?,
        (None, SessionKind::Training) => training_pharmacy()?,
        (None, SessionKind::Real) => return Err(ConfigError::Missing("[pharmacy]")),
    };
    let operators = match (raw.operator.is_empty(), session) {
        (false, _) => raw
            .operator
            .into_iter()
            .map(operator)
            .collect::<Result<Vec<_>, _>>()?,
        (true, SessionKind::Training) => training_operators()?,
        (true, SessionKind::Real) => return Err(ConfigError::Missing("[[operator]]")),
    };
    let catalogue = raw.catalogue.unwrap_or_default();
    Ok(Config {
        session,
        base,
        inbox_dir: raw.inbox_dir.unwrap_or_else(|| data_dir.join("inbox")),
        data_dir,
        reader: reader.serial.map(|device| SerialReader {
            device,
            baud: reader.baud.unwrap_or(READER_BAUD),
        }),
        frames_dir: reader.frames,
        camera: reader.camera,
        key_keeper: raw.store_key,
        backup: raw.backup,
        pharmacy,
        operator: chosen(operators, typed.operator.as_deref())?,
        catalogue_address: catalogue.address.unwrap_or_else(|| OFFICIAL_FILES.to_owned()),
        recalled_lots: catalogue.recalled_lots,
        // Durations of French law are counted in days of the pharmacy's own calendar.
        time_zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
        catch_up_per_second: raw
            .base
            .and_then(|base| base.catch_up_per_second)
            .unwrap_or(CATCH_UP_PER_SECOND),
    })
}

fn read(path: &Path) -> Result<RawConfig, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    toml::from_str(&text).map_err(|source| ConfigError::NotToml {
        path: path.to_owned(),
        line: source.span().map(|span| line_of(&text, span.start)),
        source: Box::new(source),
    })
}

fn line_of(text: &str, place: usize) -> usize {
    text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
}

fn base_choice(
    typed: &Typed,
    raw: Option<&RawBase>,
    session: SessionKind,
) -> Result<BaseChoice, ConfigError> {
    let token = match (&typed.token, raw.and_then(|base| base.token_file.as_ref())) {
        (Some(token), _) => Some(token.clone()),
        (None, Some(path)) => {
            let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
                path: path.clone(),
                source,
            })?;
            Some(text.trim().to_owned())
        }
        (None, None) => None,
    };
    match (
        typed.base.as_ref().or(raw.and_then(|base| base.address.as_ref())),
        session,
    ) {
        (Some(address), _) => Ok(BaseChoice::At {
            address: address.clone(),
            token,
        }),
        (None, SessionKind::Training) => Ok(BaseChoice::Embedded),
        (None, SessionKind::Real) => Err(ConfigError::Missing("[base] address")),
    }
}

fn default_data_dir(session: SessionKind) -> Result<PathBuf, ConfigError> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| ConfigError::NoHome)?;
    let own = strategy.data_dir().join("comptoir");
    Ok(match session {
        // Apart, so that no training delivery can ever stand in a real register.
        SessionKind::Training => own.join("training"),
        SessionKind::Real => own,
    })
}

fn pharmacy(raw: RawPharmacy) -> Result<Pharmacy, ConfigError> {
    Ok(Pharmacy {
        finess: identifier("pharmacy.finess", &raw.finess)?,
        name: raw.name,
        address: raw.address,
        phone: raw.phone,
    })
}

fn operator(raw: RawOperator) -> Result<Operator, ConfigError> {
    let role = match raw.role.as_str() {
        "pharmacist" => OperatorRole::Pharmacist,
        "technician" => OperatorRole::Technician,
        "student" => OperatorRole::Student,
        other => return Err(ConfigError::UnknownRole(other.to_owned())),
    };
    Ok(Operator {
        id: raw.id,
        name: raw.name,
        role,
        rpps: identifier("operator.rpps", &raw.rpps)?,
    })
}

fn training_pharmacy() -> Result<Pharmacy, ConfigError> {
    Ok(Pharmacy {
        finess: identifier::<Finess>("pharmacy.finess", "990000001")?,
        name: "Pharmacie de la Formation".to_owned(),
        address: "1 place du Comptoir, 99000 Exempleville".to_owned(),
        phone: "01 99 00 00 01".to_owned(),
    })
}

fn training_operators() -> Result<Vec<Operator>, ConfigError> {
    let rpps: Rpps = identifier("operator.rpps", "10200000023")?;
    let people = [
        ("dupont", "Claire Dupont", OperatorRole::Pharmacist),
        ("moreau", "Hugo Moreau", OperatorRole::Technician),
        ("leroy", "Inès Leroy", OperatorRole::Student),
    ];
    Ok(people
        .map(|(id, name, role)| Operator {
            id: id.to_owned(),
            name: name.to_owned(),
            role,
            rpps: rpps.clone(),
        })
        .into())
}

fn identifier<T: std::str::FromStr<Err = InvalidIdentifier>>(
    place: &'static str,
    text: &str,
) -> Result<T, ConfigError> {
    text.parse()
        .map_err(|source| ConfigError::Identifier { place, source })
}

fn chosen(operators: Vec<Operator>, wanted: Option<&str>) -> Result<Operator, ConfigError> {
    let known = operators
        .iter()
        .map(|operator| operator.id.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let mut fitting = operators
        .into_iter()
        .filter(|operator| wanted.is_none_or(|id| operator.id == id));
    fitting.next().ok_or_else(|| ConfigError::UnknownOperator {
        wanted: wanted.unwrap_or_default().to_owned(),
        known,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    const REAL: &str = r#"
        data_dir = "/srv/comptoir"
        [pharmacy]
        finess = "750000001"
        name = "Pharmacie du Port"
        address = "2 quai du Port, 75000 Paris"
        phone = "01 00 00 00 00"
        [[operator]]
        id = "martin"
        name = "Paul Martin"
        role = "pharmacist"
        rpps = "10100000016"
        [base]
        address = "https://base.example"
    "#;

    fn of(text: &str) -> Result<Config, ConfigError> {
        let file = file(text);
        config(Typed {
            config: Some(file.path().to_owned()),
            ..Typed::default()
        })
    }

    #[test]
    fn without_configuration_a_session_is_training_with_its_own_base() {
        let config = config(Typed {
            data_dir: Some("/tmp/x".into()),
            ..Typed::default()
        })
        .unwrap();
        assert_eq!(config.session, SessionKind::Training);
        assert_eq!(config.base, BaseChoice::Embedded);
        assert_eq!(config.operator.role, OperatorRole::Pharmacist);
    }

    #[test]
    fn a_serial_reader_is_named_by_its_device() {
        let config = of(&format!("{REAL}\n[reader]\nserial = \"/dev/ttyACM0\"")).unwrap();
        let reader = config.reader.unwrap();
        assert_eq!((reader.device, reader.baud), ("/dev/ttyACM0".into(), READER_BAUD));
        assert_eq!(of(REAL).unwrap().reader, None);
    }

    #[test]
    fn a_camera_alone_is_no_serial_reader() {
        let config = of(&format!("{REAL}\n[reader]\nframes = \"/run/camera\"")).unwrap();
        assert_eq!(
            (config.reader, config.frames_dir),
            (None, Some("/run/camera".into()))
        );
    }

    #[test]
    fn a_camera_is_named_by_its_device() {
        let config = of(&format!("{REAL}\n[reader]\ncamera = \"/dev/video0\"")).unwrap();
        assert_eq!(
            (config.camera, config.frames_dir),
            (Some("/dev/video0".into()), None)
        );
    }

    #[test]
    fn a_flag_comes_before_the_file() {
        let file = file(REAL);
        let typed = Typed {
            config: Some(file.path().to_owned()),
            base: Some("http://127.0.0.1:1".into()),
            data_dir: Some("/elsewhere".into()),
            ..Typed::default()
        };
        let config = config(typed).unwrap();
        assert_eq!(config.session, SessionKind::Real);
        assert_eq!(
            config.base,
            BaseChoice::At {
                address: "http://127.0.0.1:1".into(),
                token: None
            }
        );
        assert_eq!(config.data_dir, Path::new("/elsewhere"));
    }

    #[test]
    fn a_configuration_without_meaning_says_what_is_wrong() {
        for (text, expected) in [
            ("nonsense", "is not valid"),
            ("colour = 3", "is not valid"),
            ("", "[base]"),
            ("[base]\naddress = \"https://base.example\"", "[pharmacy]"),
            (&REAL.replace("750000001", "75"), "pharmacy.finess"),
            (&REAL.replace("\"pharmacist\"", "\"boss\""), "roles are"),
        ] {
            let error = of(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let unknown = config(Typed {
            operator: Some("nobody".into()),
            data_dir: Some("/x".into()),
            ..Typed::default()
        });
        assert!(unknown.unwrap_err().to_string().contains("dupont"));
    }

    #[test]
    fn a_token_never_shows_in_debug() {
        let choice = BaseChoice::At {
            address: "http://127.0.0.1:1".into(),
            token: Some("s3cret".into()),
        };
        assert!(!format!("{choice:?}").contains("s3cret"));
    }
}
