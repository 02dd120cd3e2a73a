//! The day's closure: what there is to close, the signed note, and the word that proposes it in the evening.

use std::path::PathBuf;

use crate::app::App;
use crate::app::desk::{Desk, Notice};
use crate::app::effect::Effect;
use crate::app::register;
use crate::app::screen::{Next, Screen};
use crate::domain::breakdown::Breakdown;
use crate::domain::closure::RegisterDay;
use crate::domain::register::{RegisterNumber, Sha256Digest};

/// From this hour on, leaving the terminal is perhaps the end of the day.
const EVENING_HOUR: i8 = 17;

/// What became of a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosingAnswer {
    /// It is signed, and kept.
    Closed {
        /// How many entries there are.
        count: u32,
        /// The last link.
        head: Sha256Digest,
        /// The signed note.
        note: String,
        /// The file it was written to, beside the store; none when it could not be.
        saved: Option<PathBuf>,
        /// What became of the backup that goes with it.
        backup: BackupAnswer,
    },
    /// Nothing was recorded since the last closure.
    AlreadyClosed {
        /// What became of the backup: the last one may have failed.
        backup: BackupAnswer,
    },
    /// An empty register.
    NothingToClose,
    /// A register that does not hold is not signed.
    DoesNotHold(RegisterNumber),
    /// The key of the earlier closures is gone.
    KeyMissing,
}

/// What became of the backup that goes with a closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupAnswer {
    /// No second support is configured.
    NotConfigured,
    /// It was made, and read back.
    Made {
        /// The file.
        path: PathBuf,
        /// It would be lost with the store.
        is_on_same_disk: bool,
    },
    /// The register of the copy does not hold from that entry on; the copy is kept.
    DoesNotHold {
        /// The file.
        path: PathBuf,
        /// The first entry that does not hold.
        first_bad: RegisterNumber,
    },
    /// The folder is not there: the support may be unplugged.
    SupportMissing(PathBuf),
    /// It could not be made.
    Failed(Breakdown),
}

/// Whether the day is being closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// Nobody asked.
    NotAsked,
    /// It is being verified and signed.
    Running,
    /// It ended.
    Ended(ClosingAnswer),
    /// The store could not do it.
    Failed,
}

/// Whether leaving now would leave the day open, with deliveries that no closure holds.
fn is_open_evening(desk: &Desk) -> bool {
    let now = desk.now.to_zoned(desk.setting.zone.clone());
    let today = now.date();
    let last = desk.hand_overs.iter().map(|entry| entry.hand_over.at).max();
    let is_of_today = |at: &jiff::Timestamp| at.to_zoned(desk.setting.zone.clone()).date() == today;
    now.hour() >= EVENING_HOUR
        && last
            .filter(is_of_today)
            .is_some_and(|last| desk.closed_at.is_none_or(|closed_at| closed_at < last))
}

/// Proposes the closure to whoever leaves in the evening: the register, where one key closes and the same key as before
/// leaves. `Err` gives the screen back when there is nothing to propose.
pub fn propose(screen: Screen, desk: &mut Desk) -> Result<Next, Screen> {
    // Asked once: whoever leaves from the register has seen it.
    let is_idle = matches!(screen, Screen::Counter(_) | Screen::Done(_));
    if is_idle && is_open_evening(desk) {
        desk.notice = Some(Notice::DayNotClosed);
        return Ok(register::over(screen));
    }
    Err(screen)
}

impl App {
    pub(crate) fn register_day_read(&mut self, day: RegisterDay) -> Vec<Effect> {
        self.desk.closed_at = day.last_closure.as_ref().map(|closure| closure.at);
        if let Some(register) = self.register_on_screen() {
            register.day = Some(day);
        }
        Vec::new()
    }

    pub(crate) fn register_closed(&mut self, answer: ClosingAnswer) -> Vec<Effect> {
        let Some(register) = self.register_on_screen() else {
            return Vec::new();
        };
        register.closing = Closing::Ended(answer);
        vec![Effect::ReadRegisterDay]
    }
}
