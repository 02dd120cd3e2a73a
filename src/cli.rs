//! The command line: the same use cases as the terminal, for programs, tests and training scripts.
//!
//! One file per command. Documents go to stdout, sentences to stderr; exit codes are a contract.

mod backup;
mod base;
mod catalogue;
mod consult;
mod decisions;
mod demo;
mod dispense;
mod doctor;
mod documents;
mod failure;
mod log;
mod memory;
mod outbox;
mod output;
mod panic;
mod paper;
mod prescribe;
mod prescriber;
mod register;
mod report;
mod restore;
mod scan;
mod store;
mod target;
mod usage;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::config::{self, Config, ConfigError, Typed};
use crate::confined;
use crate::domain::breakdown::Breakdown;
use crate::runtime;
use crate::scan::Limits;
use crate::ui::wording::command_line as words;
use failure::Failure;
use output::Format;

/// The counter terminal for the ordonnance numérique. Without a command it opens the terminal.
#[derive(Parser)]
#[command(name = "comptoir", version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Options {
    /// Configuration file; without one, a training session opens.
    #[arg(long, global = true, value_name = "FILE", env = "COMPTOIR_CONFIG")]
    config: Option<PathBuf>,
    /// Where this counter keeps its register, its outbox and its sheets.
    #[arg(long, global = true, value_name = "DIR", env = "COMPTOIR_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Address of the base; without one, the training base inside this program.
    #[arg(long, global = true, value_name = "URL", env = "COMPTOIR_BASE")]
    base: Option<String>,
    /// Who stands at the counter.
    #[arg(long, global = true, value_name = "ID", env = "COMPTOIR_OPERATOR")]
    operator: Option<String>,
    /// One JSON document on standard output.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Play the whole way as text, from the sheet to the prescriber's view.
    Demo,
    /// Read every code of pictures and PDFs.
    Scan {
        /// Pictures, PDFs, folders of them, or - for standard input.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Show a prescription: patient, prescriber, lines, what remains, consent, remarks.
    Consult {
        /// The number, or a picture or PDF of the sheet.
        target: OsString,
    },
    /// Record a delivery, then post it.
    Dispense(dispense::Arguments),
    /// What the base has not acknowledged yet.
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// The register (ordonnancier).
    #[command(subcommand)]
    Register(register::Command),
    /// The medicines database.
    #[command(subcommand)]
    Catalogue(catalogue::Command),
    /// The training base alone, for several terminals or for tests.
    #[command(subcommand)]
    Base(BaseCommand),
    /// Play the prescriber who writes: create a prescription and its sheet.
    Prescribe(prescribe::Arguments),
    /// Play the prescriber who reads, searches or cancels.
    #[command(subcommand)]
    Prescriber(prescriber::PrescriberCommand),
    /// Play the patient, through prescriber or caisse.
    #[command(subcommand)]
    Patient(prescriber::PatientCommand),
    /// Write an encrypted, verified copy of everything this counter keeps onto a second support.
    Backup {
        /// Its folder; the configured one when nothing is said.
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
    },
    /// Put a backup in the place of a lost store.
    Restore(restore::Arguments),
    /// The key that the store is encrypted with.
    #[command(subcommand)]
    Store(store::Command),
    /// Usage figures of this counter.
    Report,
    /// Check the configuration, the store, the catalogue and the base.
    Doctor,
    /// What the program starts to read a picture apart: the file on standard input, the codes on standard output.
    #[command(name = confined::COMMAND, hide = true)]
    ReadPicture {
        /// Another picture follows it.
        #[arg(long)]
        frame: bool,
    },
}

#[derive(Debug, Subcommand)]
enum BaseCommand {
    /// Serve it until interrupted.
    Serve {
        /// Address and port; port 0 takes a free one, which is printed.
        #[arg(long, default_value = "127.0.0.1:8410")]
        listen: SocketAddr,
        /// Where it keeps its prescriptions.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

/// Runs the program: reads the arguments, does what they ask, says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    memory::keep_to_itself();
    panic::hide_words();
    let typed: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&typed) {
        Ok(arguments) => arguments,
        // Help and version are not mistakes: clap knows which it is. A command of commands given alone is.
        Err(error) if error.use_stderr() => {
            output::complain(&usage::mistake(&error, &typed, &Arguments::command()));
            return failure::Exit::Usage.into();
        }
        Err(error) => {
            return match error.print() {
                Ok(()) => failure::Exit::Done.into(),
                Err(why) => {
                    output::complain(&words::result_lost(Breakdown::of_system(why.kind())));
                    failure::Exit::Broken.into()
                }
            };
        }
    };
    match (execute(arguments), output::lost()) {
        (Ok(()), None) => failure::Exit::Done.into(),
        (Ok(()), Some(why)) => {
            output::complain(&words::result_lost(Breakdown::of_system(why)));
            failure::Exit::Broken.into()
        }
        (Err(failure), lost) => {
            output::complain(&failure.sentence);
            if let Some(why) = lost {
                output::complain(&words::result_lost(Breakdown::of_system(why)));
            }
            failure.exit.into()
        }
    }
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { options, command } = arguments;
    if let Some(Command::ReadPicture { frame }) = command {
        // Before anything is opened: what reads strangers' files needs nothing of this counter.
        let limits = if frame {
            Limits::of_a_frame()
        } else {
            Limits::default()
        };
        return confined::answer(&limits).map_err(|error| Failure::broken(&error));
    }
    let format = if options.json { Format::Json } else { Format::Text };
    let config = configuration(options);
    if let Some(Command::Doctor) = command {
        // It lists everything, what is wrong with the configuration too.
        if let Ok(config) = &config {
            log::open(&config.data_dir);
        }
        return workers()?.block_on(doctor::doctor(config, format));
    }
    let config = config?;
    log::open(&config.data_dir);
    let tokio = workers()?;
    match command {
        None if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() => {
            let ended = runtime::run(&config, tokio.handle());
            // What the system itself does not answer, a file on a lost disk, keeps nobody in front of an empty screen.
            tokio.shutdown_timeout(runtime::FAREWELL_MAX);
            ended.map_err(Failure::from)
        }
        None => tokio.block_on(demo::play()),
        Some(command) => tokio.block_on(obey(command, &config, format)),
    }
}

fn configuration(options: Options) -> Result<Config, ConfigError> {
    config::config(Typed {
        config: options.config,
        data_dir: options.data_dir,
        base: options.base,
        operator: options.operator,
        // Never a flag: it would stand in the list of running programs.
        token: std::env::var("COMPTOIR_TOKEN")
            .ok()
            .filter(|token| !token.is_empty()),
    })
}

fn workers() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::broken(&error))
}

async fn obey(command: Command, config: &Config, format: Format) -> Result<(), Failure> {
    match command {
        Command::Demo => demo::play().await,
        Command::Scan { files } => scan::scan(&files, format),
        Command::Consult { target } => consult::consult(config, &target, format).await,
        Command::Dispense(arguments) => dispense::dispense(config, &arguments, format).await,
        Command::Outbox(command) => outbox::outbox(config, &command, format).await,
        Command::Register(command) => register::register(config, command, format).await,
        Command::Catalogue(command) => catalogue::catalogue(config, &command, format).await,
        Command::Base(BaseCommand::Serve { listen, data }) => {
            base::serve(config, listen, data.as_deref(), format).await
        }
        Command::Prescribe(arguments) => prescribe::prescribe(config, &arguments, format).await,
        Command::Prescriber(command) => prescriber::prescriber(config, &command, format).await,
        Command::Patient(command) => prescriber::patient(config, &command, format).await,
        Command::Backup { to } => backup::backup(config, to.as_deref(), format),
        Command::Restore(arguments) => restore::restore(config, &arguments, format),
        Command::Store(command) => store::store(config, command, format),
        Command::Report => report::report(config, format),
        Command::Doctor => doctor::doctor(Ok(config.clone()), format).await,
        // Answered before a session was thought of.
        Command::ReadPicture { .. } => Ok(()),
    }
}
