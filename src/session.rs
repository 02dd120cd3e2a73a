//! Opens what a session stands on: the store, the catalogue, the line to the base, and in training the base itself.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::base::{
    AccessToken, Base, BaseAddress, BaseError, HttpTransport, InvalidAddress, Request, Response, SetupError,
    Transport, TransportError, training_token,
};
use crate::catalogue::{Catalogue, CatalogueError};
use crate::config::{BackupChoice, BaseChoice, Config, KeyKeeper};
use crate::counter::Counter;
use crate::domain::hold::Terminal;
use crate::domain::people::Pharmacy;
use crate::domain::prescription::Prescription;
use crate::store::{Backup, KeyPlace, Store, StoreError};
use crate::training::scenarios::{self, ScenarioError};
use crate::training::sheet::{self, SheetError};
use crate::training::{self, StorageError, TrainingBase};

/// A session, open.
pub struct Session {
    /// The use cases.
    pub counter: Counter<Line>,
    /// Where the base is.
    pub address: BaseAddress,
    /// Why the imported catalogue is not the one in use, when it cannot be.
    pub unusable_catalogue: Option<CatalogueError>,
    /// The training base, when it runs inside this program.
    pub training: Option<TrainingBase>,
    /// How long one post after another takes at least.
    pub pace: Duration,
    /// Held while this terminal runs.
    terminal_lock: Option<File>,
    /// Where everything of this counter is.
    pub data_dir: PathBuf,
    /// The second support, when one is configured.
    pub backup: Option<BackupChoice>,
}

/// Why a session cannot open.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The store does not open.
    #[error("the store does not open")]
    Store(#[from] StoreError),
    /// The embedded catalogue is damaged.
    #[error("the catalogue cannot be read")]
    Catalogue(#[from] CatalogueError),
    /// The base's address is not one.
    #[error("the base cannot be {address}")]
    Address {
        /// As it was given.
        address: String,
        /// Why.
        #[source]
        source: InvalidAddress,
    },
    /// The client of the base cannot be set up.
    #[error("the line to the base cannot be set up")]
    Line(#[from] SetupError),
    /// The training base does not start.
    #[error("the training base does not start")]
    Training(#[from] StorageError),
    /// The scenarios cannot be made ready.
    #[error("the scenarios cannot be made ready")]
    Scenarios(#[from] ScenarioError),
    /// A sheet cannot be drawn.
    #[error("a sheet cannot be drawn")]
    Drawing(#[from] SheetError),
    /// A sheet cannot be written.
    #[error("the sheet {path} cannot be written")]
    Sheet {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No free port on the loopback address.
    #[error("the training base finds no free port on this machine")]
    Port(#[source] io::Error),
}

/// The store of a data directory.
pub fn store_path(data_dir: &Path) -> PathBuf {
    data_dir.join("counter.sqlite")
}

/// The imported catalogue of a data directory.
pub fn catalogue_path(data_dir: &Path) -> PathBuf {
    data_dir.join("catalogue.db")
}

/// The imported catalogue, else the embedded one: a damaged catalogue is no reason not to serve patients.
pub fn catalogue(config: &Config) -> Result<(Catalogue, Option<CatalogueError>), CatalogueError> {
    let (catalogue, unusable) = match Catalogue::open(&catalogue_path(&config.data_dir)) {
        Ok(Some(catalogue)) => (catalogue, None),
        Ok(None) => (Catalogue::training()?, None),
        Err(error) => {
            tracing::error!(error = %crate::chain(&error), "the imported catalogue cannot be used");
            (Catalogue::training()?, Some(error))
        }
    };
    Ok((
        catalogue.with_recalled_lots(config.recalled_lots.as_deref()),
        unusable,
    ))
}

/// Backs up into the configured folder; none when no second support is configured.
pub fn back_up(
    store: &Store,
    choice: Option<&BackupChoice>,
    now: Timestamp,
) -> Option<Result<Backup, StoreError>> {
    choice.map(|choice| store.back_up(&choice.directory, choice.keep, now))
}

/// Where the key of that store is kept.
pub fn key_place(config: &Config) -> KeyPlace {
    match config.key_keeper {
        KeyKeeper::File => KeyPlace::File(config.data_dir.join("store.key")),
        KeyKeeper::Keyring => KeyPlace::Keyring(config.data_dir.display().to_string()),
    }
}

/// Opens the store, and makes it, with its key, when there is none. Its directory is for its owner's eyes only.
pub fn open_store(config: &Config) -> Result<Store, StoreError> {
    Store::open_kept(&store_path(&config.data_dir), &key_place(config))
}

/// Where the terminal writes the signed notes of the closures, to be carried away.
pub fn closures_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("closures")
}

/// The prescriptions of the embedded training base.
pub fn training_path(data_dir: &Path) -> PathBuf {
    data_dir.join("training-base.sqlite")
}

/// Where the sheets of a training session are written.
pub fn sheets_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("sheets")
}

impl Session {
    /// Opens everything. A base that does not answer is no reason not to open: the counter works without it.
    pub async fn open(config: &Config) -> Result<Self, SessionError> {
        let (catalogue, unusable_catalogue) = catalogue(config)?;
        let store = open_store(config)?;
        let (base, address, training) = base(config).await?;
        let counter = Counter::new(
            base,
            store,
            catalogue,
            config.pharmacy.clone(),
            config.operator.clone(),
        );
        Ok(Self {
            counter,
            address,
            unusable_catalogue,
            training,
            pace: Duration::from_secs(1) / config.catch_up_per_second.get(),
            terminal_lock: None,
            data_dir: config.data_dir.clone(),
            backup: config.backup.clone(),
        })
    }
}

/// How many terminals of one data directory are told apart.
const TERMINALS_MAX: u32 = 99;

impl Session {
    /// The same session, as one of the terminals of this data directory. Its holds are told from the others', and are
    /// known again after a crash: the number is free as soon as the process that had it is gone.
    pub fn at_terminal(mut self, config: &Config) -> Self {
        let folder = &config.data_dir;
        let found =
            (1..=TERMINALS_MAX).find_map(|number| locked_terminal(folder, number).map(|it| (number, it)));
        let Some((number, (lock, id))) = found else {
            // A folder that takes no lock is no reason not to open: one pharmacy, one hold.
            return self;
        };
        let words = format!("poste {number} · {}", config.operator.name);
        self.counter.base = self.counter.base.at_terminal(Terminal { id, words });
        self.terminal_lock = Some(lock);
        self
    }
}

/// The identifier of that terminal, kept in a file that stays locked while the terminal runs.
fn locked_terminal(folder: &Path, number: u32) -> Option<(File, String)> {
    let path = folder.join(format!("terminal-{number}.lock"));
    let mut file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .ok()?;
    file.try_lock().ok()?;
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    if let Ok(known) = Uuid::parse_str(text.trim()) {
        return Some((file, known.to_string()));
    }
    let id = Uuid::new_v4().to_string();
    file.write_all(id.as_bytes()).ok()?;
    Some((file, id))
}

/// The base of that configuration: its client, its address, and in training the base itself.
pub async fn base(config: &Config) -> Result<(Base<Line>, BaseAddress, Option<TrainingBase>), SessionError> {
    let (address, token, training) = match &config.base {
        BaseChoice::At { address, token } => (parsed(address)?, token.clone().map(AccessToken::new), None),
        BaseChoice::Embedded => {
            let base = TrainingBase::open(&training_path(&config.data_dir))?;
            let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let address = serve(base.clone(), any_port).await?;
            (address, None, Some(base))
        }
    };
    let line = Line::to(&address, token, &config.pharmacy)?;
    Ok((Base::new(line, config.pharmacy.clone()), address, training))
}

/// Makes the scenarios of a training session ready, and writes the sheets that are not there yet.
pub fn make_ready(session: &Session, sheets_dir: &Path) -> Result<(), SessionError> {
    let Some(base) = &session.training else {
        return Ok(());
    };
    let product = |code: &_| session.counter.catalogue.find(code);
    for ready in scenarios::ensure_ready(base, Uuid::new_v4(), now(), &product)? {
        let name = format!("{}-{}", ready.scenario.name, ready.order.number());
        if !sheets_dir.join(format!("{name}.png")).exists() {
            written_sheet(ready.order.prescription(), sheets_dir, &name)?;
        }
    }
    Ok(())
}

/// Writes a prescription's sheet as PDF and PNG; gives both paths.
pub fn written_sheet(
    prescription: &Prescription,
    directory: &Path,
    name: &str,
) -> Result<(PathBuf, PathBuf), SessionError> {
    let paths = ["pdf", "png"].map(|extension| directory.join(format!("{name}.{extension}")));
    let pdf = sheet::pdf(prescription)?;
    let png = sheet::png(&pdf)?;
    let write = |path: &Path, bytes: &[u8]| {
        write_whole(path, bytes).map_err(|source| SessionError::Sheet {
            path: path.to_owned(),
            source,
        })
    };
    fs::create_dir_all(directory).map_err(|source| SessionError::Sheet {
        path: directory.to_owned(),
        source,
    })?;
    let [pdf_path, png_path] = paths;
    write(&pdf_path, &pdf)?;
    // Last: whoever waits for the picture then has both.
    write(&png_path, &png)?;
    Ok((pdf_path, png_path))
}

/// Writes a file under another name first: whoever finds it under its own finds it whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Two programs that write the same file at once have a name each.
    name.push(format!(".{}.part", process::id()));
    let part = path.with_file_name(name);
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        drop(fs::remove_file(&part));
    }
    written
}

fn parsed(address: &str) -> Result<BaseAddress, SessionError> {
    address.parse().map_err(|source| SessionError::Address {
        address: address.to_owned(),
        source,
    })
}

/// Serves a training base until the program ends; gives its address.
pub async fn serve(base: TrainingBase, listen: SocketAddr) -> Result<BaseAddress, SessionError> {
    let listener = TcpListener::bind(listen).await.map_err(SessionError::Port)?;
    let bound = listener.local_addr().map_err(SessionError::Port)?;
    let router = training::router(base, now);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the training base stopped");
        }
    });
    parsed(&format!("http://{bound}"))
}

/// The clock, read here and in the runtime and the command line only.
#[expect(
    clippy::disallowed_methods,
    reason = "the session gives time to everything that must not read it"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The line to the base, with the token that opens it.
///
/// A training base gives tokens to whoever asks from the same machine. It is asked when the line is first
/// used and not when the session opens, because the base may be down then and back an hour later.
pub struct Line {
    address: BaseAddress,
    pharmacy: Pharmacy,
    login: Login,
}

enum Login {
    Configured(HttpTransport),
    AskedOfTrainingBase(Mutex<Option<Arc<HttpTransport>>>),
}

impl Line {
    /// A line to that base.
    pub fn to(
        address: &BaseAddress,
        token: Option<AccessToken>,
        pharmacy: &Pharmacy,
    ) -> Result<Self, SetupError> {
        let login = match token {
            Some(token) => Login::Configured(HttpTransport::new(address, token)?),
            None => Login::AskedOfTrainingBase(Mutex::new(None)),
        };
        Ok(Self {
            address: address.clone(),
            pharmacy: pharmacy.clone(),
            login,
        })
    }

    async fn asked(
        &self,
        known: &Mutex<Option<Arc<HttpTransport>>>,
    ) -> Result<Arc<HttpTransport>, BaseError> {
        let mut known = known.lock().await;
        if let Some(transport) = known.as_ref() {
            return Ok(Arc::clone(transport));
        }
        let token = training_token(&self.address, &self.pharmacy).await?;
        let transport = HttpTransport::new(&self.address, token).map_err(|_| BaseError::LoginRefused)?;
        let transport = Arc::new(transport);
        *known = Some(Arc::clone(&transport));
        Ok(transport)
    }

    async fn exchange_once(
        &self,
        known: &Mutex<Option<Arc<HttpTransport>>>,
        request: Request,
    ) -> Result<Response, TransportError> {
        let transport = match self.asked(known).await {
            Ok(transport) => transport,
            // No login is to be had: said as the base itself would say it.
            Err(BaseError::LoginRefused) => return Ok(Response::json(UNAUTHORIZED, "{}")),
            // Nothing of the request itself was sent.
            Err(_) => return Err(TransportError::NotSent),
        };
        let response = transport.exchange(request).await?;
        if response.status == UNAUTHORIZED {
            let mut known = known.lock().await;
            // Unless another request has already asked for a new one.
            known.take_if(|known| Arc::ptr_eq(known, &transport));
        }
        Ok(response)
    }
}

/// The status of a refused login.
const UNAUTHORIZED: u16 = 401;

impl Transport for Line {
    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let known = match &self.login {
            Login::Configured(transport) => return transport.exchange(request).await,
            Login::AskedOfTrainingBase(known) => known,
        };
        let response = self.exchange_once(known, request.clone()).await?;
        if response.status != UNAUTHORIZED {
            return Ok(response);
        }
        // A training base started anew knows no earlier token. It turned this request away at its door, so that
        // nothing was done, and the same request may follow with a new token.
        self.exchange_once(known, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sheet.png");
        write_whole(&path, b"first").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert!(write_whole(&folder.path().join("absent/sheet.png"), b"x").is_err());
        // A name that cannot be taken: what was written beside it goes again.
        let taken = folder.path().join("taken");
        fs::create_dir_all(taken.join("in it")).unwrap();
        assert!(write_whole(&taken, b"x").is_err());
        let names = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 2, "no part is left behind");
    }
}
