//! The rows of the key table, screen by screen.

use crate::app::keys::Command as C;
use crate::app::keys::Shown::{Footer, Help};
use crate::app::keys::{Binding, Command, Context, Key, Shown, Trigger};

/// The rows of the table for one screen.
pub const fn bindings(context: Context) -> &'static [Binding] {
    match context {
        Context::Counter => COUNTER,
        Context::NumberDoubt => NUMBER_DOUBT,
        Context::Consulting => CONSULTING,
        Context::Paper => PAPER_FORM,
        Context::Prescription => PRESCRIPTION,
        Context::Handwriting => HANDWRITING,
        Context::Naming => NAMING,
        Context::Decision => DECISION,
        Context::DecisionChoice => DECISION_CHOICE,
        Context::DecisionSearch => DECISION_SEARCH,
        Context::Review => REVIEW,
        Context::DecisionText | Context::ReviewReason | Context::SettlingReason => TEXT,
        Context::Correction => CORRECTION,
        Context::CorrectionWords => CORRECTION_WORDS,
        Context::CorrectionReview => CORRECTION_REVIEW,
        Context::CorrectionEnd => CORRECTION_END,
        Context::History => HISTORY,
        Context::Recording => RECORDING,
        Context::Done => DONE,
        Context::Leaving => LEAVING,
        Context::Identified => IDENTIFIED,
        Context::Refused => REFUSED,
        Context::Outbox => OUTBOX_KEYS,
        Context::Settling => SETTLING,
        Context::Register => REGISTER_KEYS,
        Context::RegisterSearch => REGISTER_SEARCH,
        Context::ReaderTest => READER_TEST,
        Context::Help => HELP_KEYS,
    }
}

const fn key(keys: &'static [Key], command: Command, shown: Shown) -> Binding {
    Binding {
        trigger: Trigger::Keys(keys),
        command,
        shown,
    }
}

const fn digits(shown: Shown) -> Binding {
    Binding {
        trigger: Trigger::Digits,
        command: C::Choose(1),
        shown,
    }
}

const ENTER: Binding = key(&[Key::Enter], C::Confirm, Footer);
const BACK: Binding = key(&[Key::Escape], C::Back, Footer);
const ERASE: Binding = key(&[Key::Backspace], C::Erase, Help);
const UP: Binding = key(&[Key::Up], C::Up, Help);
const DOWN: Binding = key(&[Key::Down], C::Down, Help);
const PAGE_UP: Binding = key(&[Key::PageUp], C::PageUp, Help);
const PAGE_DOWN: Binding = key(&[Key::PageDown], C::PageDown, Help);
const FIRST: Binding = key(&[Key::Home], C::First, Help);
const LAST: Binding = key(&[Key::End], C::Last, Help);
const UNDO: Binding = key(&[Key::Delete, Key::Character('x')], C::Undo, Help);
const HELP: Binding = key(&[Key::Function(1), Key::Character('?')], C::Help, Footer);
/// Where `?` may be part of a text.
const HELP_F1: Binding = key(&[Key::Function(1)], C::Help, Footer);
const OUTBOX: Binding = key(&[Key::Function(2)], C::Outbox, Footer);
const REGISTER: Binding = key(&[Key::Function(3)], C::Register, Footer);
const OUTBOX_QUIET: Binding = key(&[Key::Function(2)], C::Outbox, Help);
const REGISTER_QUIET: Binding = key(&[Key::Function(3)], C::Register, Help);
const PAPER: Binding = key(&[Key::Function(4)], C::Paper, Footer);
const PAPER_QUIET: Binding = key(&[Key::Function(4)], C::Paper, Help);
const READER: Binding = key(&[Key::Function(9)], C::ReaderTest, Help);
const QUIT: Binding = key(&[Key::Function(10), Key::Control('c')], C::Quit, Help);

const COUNTER: &[Binding] = &[
    ENTER,
    key(&[Key::Escape], C::Back, Help),
    ERASE,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    OUTBOX,
    REGISTER,
    PAPER,
    // No number and no usual path holds a question mark.
    HELP,
    READER,
    key(&[Key::Function(10), Key::Control('c')], C::Quit, Footer),
];
const READER_TEST: &[Binding] = &[
    UP, DOWN, PAGE_UP, PAGE_DOWN, FIRST, LAST,
    // Escape alone: the Enter of a slow reader is one of the things that are looked at here.
    BACK, HELP, QUIT,
];
const NUMBER_DOUBT: &[Binding] = &[digits(Footer), BACK, HELP, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
const CONSULTING: &[Binding] = &[BACK, PAPER, HELP, OUTBOX, REGISTER_QUIET, QUIT];
const PAPER_FORM: &[Binding] = &[
    ENTER,
    key(&[Key::Up], C::Up, Footer),
    key(&[Key::Down], C::Down, Footer),
    key(&[Key::Left], C::Previous, Help),
    key(&[Key::Right], C::Following, Help),
    key(&[Key::Delete], C::Clear, Footer),
    ERASE,
    BACK,
    HELP_F1,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const PRESCRIPTION: &[Binding] = &[
    ENTER,
    digits(Footer),
    key(&[Key::Character('c')], C::Conforming, Footer),
    key(&[Key::Character('s')], C::Substitute, Footer),
    key(&[Key::Character('a')], C::Adjust, Footer),
    key(&[Key::Character('n')], C::NotDeliver, Footer),
    key(&[Key::Character('-')], C::Fewer, Footer),
    // Beside fewer, it is what one expects.
    key(&[Key::Character('+'), Key::Character('=')], C::More, Help),
    key(&[Key::Character('*')], C::AllBoxes, Help),
    key(&[Key::Right, Key::Character('d')], C::Details, Footer),
    key(&[Key::Character('m')], C::WriteByHand, Footer),
    key(&[Key::Character('v')], C::DecidedOnly, Help),
    UNDO,
    key(&[Key::Function(5)], C::ReadAgain, Help),
    key(&[Key::Character('t')], C::TakeOver, Help),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST,
    BACK,
    HELP,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    READER,
    QUIT,
];
const HANDWRITING: &[Binding] = &[
    ENTER,
    key(&[Key::Up], C::Up, Footer),
    key(&[Key::Down], C::Down, Footer),
    key(&[Key::Delete], C::Clear, Footer),
    ERASE,
    BACK,
    HELP_F1,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const NAMING: &[Binding] = &[
    ENTER,
    key(&[Key::Up], C::Up, Footer),
    key(&[Key::Down], C::Down, Footer),
    key(&[Key::Delete], C::Clear, Help),
    ERASE,
    BACK,
    HELP_F1,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const DECISION: &[Binding] = &[
    ENTER,
    key(&[Key::Character('c')], C::Conforming, Footer),
    key(&[Key::Character('s')], C::Substitute, Footer),
    key(&[Key::Character('a')], C::Adjust, Footer),
    key(&[Key::Character('n')], C::NotDeliver, Footer),
    key(&[Key::Character('-')], C::Fewer, Footer),
    key(&[Key::Character('+'), Key::Character('=')], C::More, Footer),
    key(&[Key::Character('*')], C::AllBoxes, Help),
    key(&[Key::Character('p')], C::Product, Help),
    key(&[Key::Character('m')], C::Reason, Help),
    key(&[Key::Character('o')], C::Agreement, Help),
    key(&[Key::Character('l')], C::Lot, Help),
    key(&[Key::Character('e')], C::Expiry, Help),
    key(&[Key::Character('r')], C::Note, Help),
    key(&[Key::Character('f')], C::Making, Help),
    UNDO,
    PAGE_UP,
    PAGE_DOWN,
    key(&[Key::Escape, Key::Left], C::Back, Footer),
    HELP,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const DECISION_CHOICE: &[Binding] = &[
    digits(Footer),
    UP,
    DOWN,
    ENTER,
    key(&[Key::Character('/')], C::Search, Help),
    BACK,
    HELP,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const TEXT: &[Binding] = &[ENTER, ERASE, BACK, HELP_F1, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
const DECISION_SEARCH: &[Binding] = &[
    ENTER,
    UP,
    DOWN,
    ERASE,
    BACK,
    HELP_F1,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const REVIEW: &[Binding] = &[
    ENTER,
    digits(Footer),
    key(&[Key::Character('t')], C::TakeOver, Help),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    BACK,
    HELP,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    QUIT,
];
const ANNUL: Binding = key(&[Key::Character('a')], C::Annul, Footer);
const RECTIFY: Binding = key(&[Key::Character('r')], C::Rectify, Footer);
const CORRECTION: &[Binding] = &[digits(Footer), UP, DOWN, ENTER, BACK, HELP, QUIT];
const CORRECTION_WORDS: &[Binding] = &[ENTER, ERASE, BACK, HELP_F1, QUIT];
const CORRECTION_REVIEW: &[Binding] = &[ENTER, UP, DOWN, PAGE_UP, PAGE_DOWN, BACK, HELP, QUIT];
const CORRECTION_END: &[Binding] = &[key(&[Key::Enter, Key::Escape], C::Back, Footer), HELP, QUIT];
const HISTORY: &[Binding] = &[
    key(&[Key::Escape, Key::Enter], C::Back, Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST,
    HELP,
    QUIT,
];
const RECORDING: &[Binding] = &[HELP, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
const DONE: &[Binding] = &[
    key(&[Key::Enter, Key::Escape], C::Back, Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    RECTIFY,
    ANNUL,
    OUTBOX,
    REGISTER,
    HELP,
    QUIT,
];
const LEAVING: &[Binding] = &[
    // Enter keeps: a reader's trailing Enter must not throw work away.
    key(&[Key::Character('g'), Key::Escape, Key::Enter], C::Keep, Footer),
    key(&[Key::Character('q')], C::Leave, Footer),
    QUIT,
];
const IDENTIFIED: &[Binding] = &[
    key(&[Key::Escape, Key::Enter], C::Back, Footer),
    digits(Help),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    HELP,
    // A code that is nothing is often a reader that is set wrong.
    key(&[Key::Function(9)], C::ReaderTest, Footer),
    QUIT,
];
const REFUSED: &[Binding] = &[
    key(&[Key::Character('r'), Key::Function(5)], C::Retry, Footer),
    PAPER_QUIET,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    BACK,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    HELP,
    QUIT,
];
const OUTBOX_KEYS: &[Binding] = &[
    ENTER,
    key(&[Key::Character('e')], C::PostNow, Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST,
    key(&[Key::Escape, Key::Function(2)], C::Back, Footer),
    REGISTER,
    HELP,
    QUIT,
];
const SETTLING: &[Binding] = &[
    digits(Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    BACK,
    OUTBOX_QUIET,
    REGISTER_QUIET,
    HELP,
    QUIT,
];
const REGISTER_KEYS: &[Binding] = &[
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST,
    key(&[Key::Character('v')], C::Verify, Footer),
    RECTIFY,
    ANNUL,
    key(&[Key::Character('h')], C::History, Footer),
    key(&[Key::Character('o')], C::OpenPrescription, Help),
    key(&[Key::Character('c')], C::CloseDay, Footer),
    key(&[Key::Character('/')], C::Search, Footer),
    key(&[Key::Escape, Key::Enter, Key::Function(3)], C::Back, Footer),
    OUTBOX,
    HELP,
    QUIT,
];
const REGISTER_SEARCH: &[Binding] = &[ENTER, UP, DOWN, PAGE_UP, PAGE_DOWN, ERASE, BACK, HELP_F1, QUIT];
const HELP_KEYS: &[Binding] = &[
    UP,
    DOWN,
    key(&[Key::PageDown], C::PageDown, Footer),
    key(&[Key::PageUp], C::PageUp, Footer),
    FIRST,
    LAST,
    key(
        &[Key::Escape, Key::Enter, Key::Function(1), Key::Character('?')],
        C::Back,
        Footer,
    ),
    QUIT,
];
