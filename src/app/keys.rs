//! The one table of keys: what each key means on each screen. Footer and help are drawn from it.

mod table;

pub use table::bindings;

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
    /// Transcribe a paper prescription.
    Paper,
    /// The value before, of a choice.
    Previous,
    /// The value after, of a choice.
    Following,
    /// Empty a field, or take a line out.
    Clear,
    /// Test the reader.
    ReaderTest,
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
    /// All the boxes due: those scanned stand for the others.
    AllBoxes,
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
    /// Who agreed to an adjustment, how, and to what.
    Agreement,
    /// Search the medicines database, or the register.
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
    /// Serve here what a colleague is serving at another terminal.
    TakeOver,
    /// Take a recorded delivery back.
    Annul,
    /// Replace a recorded delivery.
    Rectify,
    /// Show what became of a delivery.
    History,
    /// Open the prescription of a register entry.
    OpenPrescription,
    /// Close the register's day.
    CloseDay,
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
    /// A paper being transcribed.
    Paper,
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
    /// What the base refused or contradicted, to settle.
    Settling,
    /// The reason of such a choice.
    SettlingReason,
    /// The register.
    Register,
    /// Which delivery is corrected, or why.
    Correction,
    /// Words beside the reason of a correction.
    CorrectionWords,
    /// What a correction will record.
    CorrectionReview,
    /// A correction that is recorded, or that cannot be.
    CorrectionEnd,
    /// What became of a delivery.
    History,
    /// What is looked for in the register.
    RegisterSearch,
    /// The reader's test.
    ReaderTest,
    /// The keys.
    Help,
}

impl Context {
    /// All of them, in the order of the help screen.
    pub const ALL: [Self; 28] = [
        Self::Counter,
        Self::NumberDoubt,
        Self::Consulting,
        Self::Paper,
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
        Self::Settling,
        Self::SettlingReason,
        Self::Register,
        Self::Correction,
        Self::CorrectionWords,
        Self::CorrectionReview,
        Self::CorrectionEnd,
        Self::History,
        Self::RegisterSearch,
        Self::ReaderTest,
        Self::Help,
    ];

    /// Whether characters that are not bound go to a text.
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            Self::Counter
                | Self::Paper
                | Self::DecisionText
                | Self::DecisionSearch
                | Self::ReviewReason
                | Self::SettlingReason
                | Self::CorrectionWords
                | Self::RegisterSearch
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

/// Caps Lock must not change what a letter asks for.
fn without_case(key: Key) -> Key {
    match key {
        Key::Character(character) => Key::Character(character.to_ascii_lowercase()),
        other => other,
    }
}

/// The digit meant by a key: on a French keyboard the upper row gives `& é " ' (` without Shift.
pub(crate) fn digit_meant(key: Key) -> Option<u8> {
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
