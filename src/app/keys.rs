//! The one table of keys: what each key means on each screen. Footer and help are drawn from it.

use Command as C;
use Shown::{Footer, Help};

/// A key as a person pressed it, whatever library read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A printed character.
    Character(char),
    /// Control and a letter.
    Control(char),
    /// F1 to F12.
    Function(u8),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// What a key asks for. The words for each are in `ui/wording`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Go on: open, review, record, choose.
    Confirm,
    /// One step back, without losing work.
    Back,
    /// One up.
    Up,
    /// One down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the top.
    First,
    /// To the bottom.
    Last,
    /// The n-th, from 1.
    Choose(u8),
    /// A character for the text being typed.
    Type(char),
    /// Remove the last character.
    Erase,
    /// Show the keys.
    Help,
    /// Show what is not acknowledged, and why.
    Outbox,
    /// Show the register.
    Register,
    /// Close the terminal.
    Quit,
    /// The selected line is delivered as ordered.
    Conforming,
    /// Another product on a legal ground.
    Substitute,
    /// Something else, with the prescriber's agreement.
    Adjust,
    /// Nothing is delivered.
    NotDeliver,
    /// One box more.
    More,
    /// One box fewer.
    Fewer,
    /// Everything about the selected line.
    Details,
    /// Forget what was decided for the line.
    Undo,
    /// Review only what was decided, leaving other lines open.
    DecidedOnly,
    /// Consult again.
    ReadAgain,
    /// Choose another product.
    Product,
    /// Choose another reason.
    Reason,
    /// Type the lot.
    Lot,
    /// Type the last day of the box.
    Expiry,
    /// Type a note.
    Note,
    /// Search the medicines database.
    Search,
    /// Stay with the work in progress.
    Keep,
    /// Leave the work in progress.
    Leave,
    /// Try again.
    Retry,
    /// Post without waiting.
    PostNow,
    /// Verify the register.
    Verify,
}

/// Where a key is pressed: what the table has one part for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Waiting for a scan, a number can be typed.
    Counter,
    /// O or 0?
    NumberDoubt,
    /// Waiting for the base.
    Consulting,
    /// The sheet.
    Prescription,
    /// One line's decision, as a whole.
    Decision,
    /// One of a numbered list.
    DecisionChoice,
    /// A lot, a date or a note.
    DecisionText,
    /// A product of the medicines database.
    DecisionSearch,
    /// What will be recorded.
    Review,
    /// The reason to pass a warning.
    ReviewReason,
    /// Waiting for the store.
    Recording,
    /// What was recorded.
    Done,
    /// Leave unsaved work?
    Leaving,
    /// A scan that is not a prescription.
    Identified,
    /// Something that could not be served.
    Refused,
    /// What is not acknowledged.
    Outbox,
    /// The register.
    Register,
    /// The keys.
    Help,
}

impl Context {
    /// All of them, in the order of the help screen.
    pub const ALL: [Self; 18] = [
        Self::Counter,
        Self::NumberDoubt,
        Self::Consulting,
        Self::Prescription,
        Self::Decision,
        Self::DecisionChoice,
        Self::DecisionText,
        Self::DecisionSearch,
        Self::Review,
        Self::ReviewReason,
        Self::Recording,
        Self::Done,
        Self::Leaving,
        Self::Identified,
        Self::Refused,
        Self::Outbox,
        Self::Register,
        Self::Help,
    ];

    /// Whether characters that are not bound go to a text.
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Counter | Self::DecisionText | Self::DecisionSearch | Self::ReviewReason
        )
    }
}

/// Which keys a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// Any of these; the first one is shown.
    Keys(&'static [Key]),
    /// The digits 1 to 9, which fill in [`Command::Choose`].
    Digits,
}

/// Where a row is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// At the foot of the screen, and in the help.
    Footer,
    /// Only in the help: it is what one expects anyway.
    Help,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The keys.
    pub trigger: Trigger,
    /// What they ask for.
    pub command: Command,
    /// Where it is said.
    pub shown: Shown,
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
    // No number and no usual path holds a question mark.
    HELP,
    key(&[Key::Function(10), Key::Control('c')], C::Quit, Footer),
];
const NUMBER_DOUBT: &[Binding] = &[digits(Footer), BACK, HELP, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
const CONSULTING: &[Binding] = &[BACK, HELP, OUTBOX, REGISTER_QUIET, QUIT];
const PRESCRIPTION: &[Binding] = &[
    ENTER,
    digits(Footer),
    key(&[Key::Character('c')], C::Conforming, Footer),
    key(&[Key::Character('s')], C::Substitute, Footer),
    key(&[Key::Character('a')], C::Adjust, Footer),
    key(&[Key::Character('n')], C::NotDeliver, Footer),
    key(&[Key::Character('-')], C::Fewer, Footer),
    key(&[Key::Character('+'), Key::Character('=')], C::More, Footer),
    key(&[Key::Right, Key::Character('d')], C::Details, Footer),
    key(&[Key::Character('v')], C::DecidedOnly, Help),
    UNDO,
    key(&[Key::Function(5)], C::ReadAgain, Help),
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
    key(&[Key::Character('p')], C::Product, Help),
    key(&[Key::Character('m')], C::Reason, Help),
    key(&[Key::Character('l')], C::Lot, Help),
    key(&[Key::Character('e')], C::Expiry, Help),
    key(&[Key::Character('r')], C::Note, Help),
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
const DECISION_TEXT: &[Binding] = &[ENTER, ERASE, BACK, HELP_F1, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
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
const RECORDING: &[Binding] = &[HELP, OUTBOX_QUIET, REGISTER_QUIET, QUIT];
const DONE: &[Binding] = &[
    key(&[Key::Enter, Key::Escape], C::Back, Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    OUTBOX,
    REGISTER,
    HELP,
    QUIT,
];
const LEAVING: &[Binding] = &[
    // Enter keeps: a reader's trailing Enter must not throw work away.
    key(&[Key::Character('g'), Key::Escape, Key::Enter], C::Keep, Footer),
    key(&[Key::Character('q')], C::Leave, Footer),
];
const IDENTIFIED: &[Binding] = &[
    key(&[Key::Escape, Key::Enter], C::Back, Footer),
    digits(Help),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    HELP,
    QUIT,
];
const REFUSED: &[Binding] = &[
    key(&[Key::Character('r'), Key::Function(5)], C::Retry, Footer),
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
    key(&[Key::Character('e')], C::PostNow, Footer),
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    FIRST,
    LAST,
    key(&[Key::Escape, Key::Enter, Key::Function(2)], C::Back, Footer),
    REGISTER,
    HELP,
    QUIT,
];
const REGISTER_KEYS: &[Binding] = &[
    UP,
    DOWN,
    key(&[Key::PageDown], C::PageDown, Footer),
    key(&[Key::PageUp], C::PageUp, Footer),
    FIRST,
    LAST,
    key(&[Key::Character('v')], C::Verify, Footer),
    key(&[Key::Escape, Key::Enter, Key::Function(3)], C::Back, Footer),
    OUTBOX,
    HELP,
    QUIT,
];
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

/// The rows of the table for one screen.
pub const fn bindings(context: Context) -> &'static [Binding] {
    match context {
        Context::Counter => COUNTER,
        Context::NumberDoubt => NUMBER_DOUBT,
        Context::Consulting => CONSULTING,
        Context::Prescription => PRESCRIPTION,
        Context::Decision => DECISION,
        Context::DecisionChoice => DECISION_CHOICE,
        Context::DecisionText => DECISION_TEXT,
        Context::DecisionSearch => DECISION_SEARCH,
        Context::Review => REVIEW,
        Context::ReviewReason => DECISION_TEXT,
        Context::Recording => RECORDING,
        Context::Done => DONE,
        Context::Leaving => LEAVING,
        Context::Identified => IDENTIFIED,
        Context::Refused => REFUSED,
        Context::Outbox => OUTBOX_KEYS,
        Context::Register => REGISTER_KEYS,
        Context::Help => HELP_KEYS,
    }
}

/// What a key means there; `None` when it means nothing.
pub fn meaning(context: Context, key: Key) -> Option<Command> {
    let takes_text = context.takes_text();
    let key = if takes_text { key } else { without_case(key) };
    let bound = |key: Key| {
        bindings(context)
            .iter()
            .find_map(|binding| match binding.trigger {
                Trigger::Keys(keys) => keys.contains(&key).then_some(binding.command),
                Trigger::Digits => None,
            })
    };
    let digit = |key: Key| {
        let offers_digits = bindings(context).iter().any(|b| b.trigger == Trigger::Digits);
        digit_meant(key).filter(|_| offers_digits).map(Command::Choose)
    };
    let typed = |key: Key| match key {
        Key::Character(character) if takes_text => Some(Command::Type(character)),
        _ => None,
    };
    bound(key).or_else(|| digit(key)).or_else(|| typed(key))
}

/// CapsLock must not change what a letter asks for.
fn without_case(key: Key) -> Key {
    match key {
        Key::Character(character) => Key::Character(character.to_ascii_lowercase()),
        other => other,
    }
}

/// The digit meant by a key: on a French keyboard the upper row gives `& é " ' (` without Shift.
fn digit_meant(key: Key) -> Option<u8> {
    let Key::Character(character) = key else {
        return None;
    };
    let digit = match character {
        '1' | '&' => 1,
        '2' | 'é' => 2,
        '3' | '"' => 3,
        '4' | '\'' => 4,
        '5' | '(' => 5,
        '6' | '-' => 6,
        '7' | 'è' => 7,
        '8' | '_' => 8,
        '9' | 'ç' => 9,
        _ => return None,
    };
    Some(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_on_one_screen() {
        for context in Context::ALL {
            let mut seen = Vec::new();
            for binding in bindings(context) {
                match binding.trigger {
                    Trigger::Keys(keys) => seen.extend_from_slice(keys),
                    Trigger::Digits => seen.extend(('1'..='9').map(Key::Character)),
                }
            }
            for (place, key) in seen.iter().enumerate() {
                assert!(!seen[..place].contains(key), "{key:?} twice on {context:?}");
            }
        }
    }

    #[test]
    fn every_row_of_the_table_is_reached_by_each_of_its_keys() {
        for context in Context::ALL {
            for binding in bindings(context) {
                match binding.trigger {
                    Trigger::Keys(keys) => {
                        for key in keys {
                            assert_eq!(
                                meaning(context, *key),
                                Some(binding.command),
                                "{context:?} {key:?}"
                            );
                        }
                    }
                    Trigger::Digits => {
                        assert_eq!(meaning(context, Key::Character('7')), Some(Command::Choose(7)));
                    }
                }
            }
        }
    }

    #[test]
    fn digits_without_shift_on_a_french_keyboard_are_digits_where_nothing_is_typed() {
        assert_eq!(
            meaning(Context::DecisionChoice, Key::Character('é')),
            Some(Command::Choose(2))
        );
        assert_eq!(
            meaning(Context::DecisionChoice, Key::Character('-')),
            Some(Command::Choose(6))
        );
        assert_eq!(
            meaning(Context::Prescription, Key::Character('-')),
            Some(Command::Fewer)
        );
        assert_eq!(
            meaning(Context::Counter, Key::Character('é')),
            Some(Command::Type('é'))
        );
    }

    #[test]
    fn caps_lock_changes_no_command() {
        assert_eq!(
            meaning(Context::Prescription, Key::Character('S')),
            Some(Command::Substitute)
        );
    }

    #[test]
    fn every_screen_has_a_way_back_and_one_can_always_leave_a_question() {
        for context in Context::ALL {
            let leads_back = bindings(context)
                .iter()
                .any(|b| matches!(b.command, Command::Back | Command::Keep));
            // Recording lasts one write of the store: there is nothing to go back to meanwhile.
            assert!(leads_back || context == Context::Recording, "{context:?}");
        }
    }
}
