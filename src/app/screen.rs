//! What is on the screen: one variant per screen, each owning its state.

use crate::app::consulting::Consulting;
use crate::app::correcting::{Correcting, Step};
use crate::app::counter::Counter;
use crate::app::decision::Deciding;
use crate::app::done::Done;
use crate::app::effect::Effect;
use crate::app::handwriting::Handwriting;
use crate::app::help::Help;
use crate::app::history::History;
use crate::app::identified::Identified;
use crate::app::keys::{Command, Context};
use crate::app::leaving::Leaving;
use crate::app::naming::Naming;
use crate::app::number_doubt::NumberDoubt;
use crate::app::outbox::Outbox;
use crate::app::paper::PaperForm;
use crate::app::reader_test::ReaderTest;
use crate::app::refused::Refused;
use crate::app::register::Register;
use crate::app::review::Review;
use crate::app::serving::Serving;
use crate::app::settling::Settling;

/// What a screen becomes after a command, and what is to be done about it.
pub type Next = (Screen, Vec<Effect>);

/// One screen with its own state.
pub enum Screen {
    /// Waiting for a scan.
    Counter(Counter),
    /// Waiting for the base.
    Consulting(Consulting),
    /// A prescription being transcribed from paper.
    Paper(Box<PaperForm>),
    /// The prescription, like its sheet.
    Prescription(Box<Serving>),
    /// A line written by hand on its paper.
    Handwriting(Box<Handwriting>),
    /// A box whose code nobody knows, being named.
    Naming(Box<Naming>),
    /// One line's decision.
    Decision(Box<Deciding>),
    /// What will be recorded and posted.
    Review(Box<Review>),
    /// Waiting for the store; it keeps the review, so that a failed write loses nothing.
    Recording(Box<Review>),
    /// What was recorded, and where its post is.
    Done(Box<Done>),
    /// A typed number holds O or I: which one was meant?
    NumberDoubt(NumberDoubt),
    /// Leave decisions that are not recorded?
    Leaving(Leaving),
    /// A scan that is not a prescription, or several at once.
    Identified(Identified),
    /// A number or a file that could not be served.
    Refused(Refused),
    /// What the base has not acknowledged.
    Outbox(Outbox),
    /// One of those the base refused or contradicted, being settled.
    Settling(Box<Settling>),
    /// The register.
    Register(Box<Register>),
    /// A recorded delivery being corrected.
    Correcting(Box<Correcting>),
    /// What became of a delivery.
    History(History),
    /// The reader's test.
    ReaderTest(ReaderTest),
    /// The keys.
    Help(Help),
}

impl Default for Screen {
    fn default() -> Self {
        Self::Counter(Counter::default())
    }
}

impl Screen {
    /// Its name, for logs and tests.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Consulting(_) => "consulting",
            Self::Paper(_) => "paper",
            Self::Prescription(_) => "prescription",
            Self::Handwriting(_) => "handwriting",
            Self::Naming(_) => "naming",
            Self::Decision(_) => "decision",
            Self::Review(_) => "review",
            Self::Recording(_) => "recording",
            Self::Done(_) => "done",
            Self::NumberDoubt(_) => "number_doubt",
            Self::Leaving(_) => "leaving",
            Self::Identified(_) => "identified",
            Self::Refused(_) => "refused",
            Self::Outbox(_) => "outbox",
            Self::Settling(_) => "settling",
            Self::Register(_) => "register",
            Self::Correcting(_) => "correcting",
            Self::History(_) => "history",
            Self::ReaderTest(_) => "reader_test",
            Self::Help(_) => "help",
        }
    }

    /// Which part of the key table applies.
    pub fn context(&self) -> Context {
        match self {
            Self::Counter(_) => Context::Counter,
            Self::Consulting(_) => Context::Consulting,
            Self::Paper(_) => Context::Paper,
            Self::Prescription(_) => Context::Prescription,
            Self::Handwriting(_) => Context::Handwriting,
            Self::Naming(_) => Context::Naming,
            Self::Decision(deciding) => deciding.context(),
            Self::Review(review) if review.reason.is_some() => Context::ReviewReason,
            Self::Review(_) => Context::Review,
            Self::Recording(_) => Context::Recording,
            Self::Done(_) => Context::Done,
            Self::NumberDoubt(_) => Context::NumberDoubt,
            Self::Leaving(_) => Context::Leaving,
            Self::Identified(_) => Context::Identified,
            Self::Refused(_) => Context::Refused,
            Self::Outbox(_) => Context::Outbox,
            Self::Settling(settling) if settling.chosen.is_some() => Context::SettlingReason,
            Self::Settling(_) => Context::Settling,
            Self::Register(register) if register.is_typing() => Context::RegisterSearch,
            Self::Register(_) => Context::Register,
            Self::Correcting(correcting) => correcting.context(),
            Self::History(_) => Context::History,
            Self::ReaderTest(_) => Context::ReaderTest,
            Self::Help(_) => Context::Help,
        }
    }

    /// The screen this one is laid over, if it is laid over one.
    pub fn over(&self) -> Option<&Self> {
        match self {
            Self::NumberDoubt(NumberDoubt { over, .. })
            | Self::Leaving(Leaving { over, .. })
            | Self::Identified(Identified { over, .. })
            | Self::Refused(Refused { over, .. })
            | Self::Outbox(Outbox { over, .. })
            | Self::History(History { over, .. })
            | Self::ReaderTest(ReaderTest { over, .. })
            | Self::Help(Help { over, .. }) => Some(over),
            Self::Register(register) => Some(&register.over),
            Self::Settling(settling) => Some(&settling.over),
            Self::Correcting(correcting) => Some(&correcting.over),
            Self::Counter(_)
            | Self::Consulting(_)
            | Self::Paper(_)
            | Self::Prescription(_)
            | Self::Handwriting(_)
            | Self::Naming(_)
            | Self::Decision(_)
            | Self::Review(_)
            | Self::Recording(_)
            | Self::Done(_) => None,
        }
    }

    /// The screen under everything laid over it: the one that answers of the world are for.
    pub fn beneath(&self) -> &Self {
        self.over().map_or(self, Self::beneath)
    }

    /// The same, to change it.
    pub fn beneath_mut(&mut self) -> &mut Self {
        self.down_to(|_| false)
    }

    /// The first screen of which that is true, from the top; else what everything is laid over.
    pub(super) fn down_to(&mut self, is_it: fn(&Self) -> bool) -> &mut Self {
        if is_it(self) {
            return self;
        }
        match self {
            Self::NumberDoubt(NumberDoubt { over, .. })
            | Self::Leaving(Leaving { over, .. })
            | Self::Identified(Identified { over, .. })
            | Self::Refused(Refused { over, .. })
            | Self::Outbox(Outbox { over, .. })
            | Self::History(History { over, .. })
            | Self::ReaderTest(ReaderTest { over, .. })
            | Self::Help(Help { over, .. }) => over.down_to(is_it),
            Self::Register(register) => register.over.down_to(is_it),
            Self::Settling(settling) => settling.over.down_to(is_it),
            Self::Correcting(correcting) => correcting.over.down_to(is_it),
            not_laid_over => not_laid_over,
        }
    }

    /// The hand-over being settled, whatever is laid over it.
    pub fn settling_mut(&mut self) -> Option<&mut Settling> {
        match self {
            Self::Settling(settling) => Some(settling),
            Self::Identified(Identified { over, .. })
            | Self::Refused(Refused { over, .. })
            | Self::Help(Help { over, .. }) => over.settling_mut(),
            _ => None,
        }
    }

    /// The same, taken out; what was laid over it is dropped.
    pub fn into_beneath(mut self) -> Self {
        std::mem::take(self.beneath_mut())
    }

    /// What leaving would throw away, taken out: a correction in progress, else what everything is laid over.
    pub fn into_work(mut self) -> Self {
        std::mem::take(self.down_to(Self::holds_work))
    }

    /// Whether a correction in progress is on top, or under something.
    pub fn correction_holds_work(&self) -> bool {
        match self {
            Self::Correcting(correcting) => correcting.holds_work(),
            other => other.over().is_some_and(Self::correction_holds_work),
        }
    }

    /// Whether the store is about to answer, whatever is laid over it.
    pub fn is_recording(&self) -> bool {
        match self {
            Self::Recording(_) => true,
            Self::Correcting(correcting) if matches!(correcting.step, Step::Recording(_)) => true,
            other => other.over().is_some_and(Self::is_recording),
        }
    }

    /// This screen without the remarks on top of it: only the newest one is shown.
    pub fn without_remarks(self) -> Self {
        match self {
            Self::Identified(Identified { over, .. }) | Self::Refused(Refused { over, .. }) => {
                over.without_remarks()
            }
            other => other,
        }
    }

    /// The prescription being served on this very screen.
    pub fn serving(&self) -> Option<&Serving> {
        match self {
            Self::Prescription(serving) => Some(serving),
            Self::Handwriting(handwriting) => Some(&handwriting.serving),
            Self::Naming(naming) => Some(&naming.serving),
            Self::Decision(deciding) => Some(&deciding.serving),
            Self::Review(review) | Self::Recording(review) => Some(&review.serving),
            _ => None,
        }
    }

    /// The same, to change it.
    pub fn serving_mut(&mut self) -> Option<&mut Serving> {
        match self {
            Self::Prescription(serving) => Some(serving),
            Self::Handwriting(handwriting) => Some(&mut handwriting.serving),
            Self::Naming(naming) => Some(&mut naming.serving),
            Self::Decision(deciding) => Some(&mut deciding.serving),
            Self::Review(review) | Self::Recording(review) => Some(&mut review.serving),
            _ => None,
        }
    }

    /// Whether leaving it would throw decisions away.
    pub fn holds_work(&self) -> bool {
        match self {
            Self::Prescription(serving) => serving.holds_work(),
            Self::Handwriting(handwriting) => handwriting.holds_work(),
            // One is here because one decides.
            Self::Naming(_) | Self::Decision(_) | Self::Review(_) | Self::Recording(_) => true,
            Self::Correcting(correcting) => correcting.holds_work(),
            Self::Paper(form) => form.holds_work(),
            _ => false,
        }
    }

    /// What leaving it for good asks for: the hold goes back.
    pub fn leave(&self) -> Vec<Effect> {
        match self {
            Self::Done(done) => done.leave(),
            other => other.serving().map(Serving::leave).unwrap_or_default(),
        }
    }
}

/// How far a page is scrolled away from its selection, in rows; drawing keeps it inside the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll(pub i32);

/// Rows of one page, about: the screen's height is not known here.
const PAGE_ROWS: i32 = 10;

impl Scroll {
    /// Moves with the keys that scroll; any other command leaves it.
    ///
    /// `rows` is about how many there are: scrolling far beyond them would have to be scrolled back.
    pub fn on(&mut self, command: Command, rows: usize) {
        let most = i32::try_from(rows).unwrap_or(i32::MAX);
        let step = match command {
            Command::Up => -1,
            Command::Down => 1,
            Command::PageUp => -PAGE_ROWS,
            Command::PageDown => PAGE_ROWS,
            Command::First => -most,
            Command::Last => most,
            _ => 0,
        };
        self.0 = self.0.saturating_add(step).clamp(-most, most);
    }
}

/// The selection after a command that moves it, among `count`.
pub fn selected_after(command: Command, selected: usize, count: usize) -> usize {
    let last = count.saturating_sub(1);
    let page = usize::try_from(PAGE_ROWS).unwrap_or(1);
    let wanted = match command {
        Command::Up => selected.saturating_sub(1),
        Command::Down => selected + 1,
        Command::PageUp => selected.saturating_sub(page),
        Command::PageDown => selected + page,
        Command::First => 0,
        Command::Last => last,
        _ => selected,
    };
    wanted.min(last)
}
