//! Every pace of a person and of a reader, played without a clock.

use super::*;

const fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

fn keystroke(sign: char) -> Keystroke<char> {
    match sign {
        '\r' => Keystroke::Enter,
        '\t' => Keystroke::Tab,
        '↓' | '↑' => Keystroke::Scroll(sign),
        '⎋' | '⌫' | '⑧' => Keystroke::Other(sign),
        other => Keystroke::Character(other),
    }
}

/// Plays keys, each so many milliseconds after the one before; `\r` is Enter, `\t` is Tab.
/// The deadline is honoured between two keys, as the caller does. Typed keys are written as
/// themselves, a burst between brackets, one that is unfinished between parentheses, a rest as `…`.
fn play(keys: &[(u64, &str)]) -> String {
    let mut wedge = Wedge::new();
    let mut now = milliseconds(10_000);
    let mut heard = Vec::new();
    for (pause, text) in keys {
        for sign in text.chars() {
            let next = now + milliseconds(*pause);
            if let Some(deadline) = wedge.deadline().filter(|deadline| *deadline < next) {
                heard.extend(wedge.wake(deadline));
            }
            now = next;
            heard.extend(wedge.key(keystroke(sign), now));
        }
    }
    if let Some(deadline) = wedge.deadline() {
        heard.extend(wedge.wake(deadline));
    }
    assert_eq!(wedge.deadline(), None, "nothing may stay held");
    heard.iter().map(written).collect()
}

fn sign(key: Keystroke<char>) -> char {
    match key {
        Keystroke::Character(sign) | Keystroke::Scroll(sign) | Keystroke::Other(sign) => sign,
        Keystroke::Enter => '⏎',
        Keystroke::Tab => '⇥',
    }
}

fn written(heard: &Heard<char>) -> String {
    let signs = |burst: &Burst<char>| burst.keys.iter().copied().map(sign).collect::<String>();
    match heard {
        Heard::Typed(key) => sign(*key).to_string(),
        Heard::Burst(burst) => format!("[{}]", signs(burst)),
        Heard::Unfinished(burst) => format!("({})", signs(burst)),
        Heard::Rest => "…".into(),
        Heard::Pasted(text) => format!("{{{text}}}"),
    }
}

#[test]
fn a_person_typing_is_never_taken_for_a_reader() {
    for (keys, expected) in [
        // Ordinary and fast typing.
        (vec![(180, "amoxicilline\r")], "amoxicilline⏎"),
        (vec![(60, "01S2TBPZ2JCNZZYGHZ\r")], "01S2TBPZ2JCNZZYGHZ⏎"),
        (vec![(51, "01S2TBPZ2JCNZZYGHZ\t")], "01S2TBPZ2JCNZZYGHZ⇥"),
        // Keys struck together now and then.
        (
            vec![(90, "a"), (10, "mo"), (80, "x"), (5, "ici"), (70, "l")],
            "amoxicil",
        ),
        // Four keys at once, then Enter at once.
        (vec![(400, "1"), (3, "234\r")], "1234⏎"),
        // A key held down, at the usual rates and at a fast one, then another key at once.
        (vec![(400, "jj"), (33, "jjjjjjjjj")], "jjjjjjjjjjj"),
        (vec![(400, "jj"), (15, "jjjjjjjjj"), (15, "k")], "jjjjjjjjjjjk"),
        (vec![(660, "jj"), (40, "jjjjjjjjj")], "jjjjjjjjjjj"),
        (
            vec![(400, "jj"), (33, "jjjjj"), (400, "jj"), (33, "jjjjj")],
            "jjjjjjjjjjjjjj",
        ),
        (vec![(90, "abc"), (250, "⌫⌫"), (33, "⌫⌫⌫⌫⌫")], "abc⌫⌫⌫⌫⌫⌫⌫"),
        (vec![(400, "↓↓"), (33, "↓↓↓↓↓↓↓"), (20, "↑")], "↓↓↓↓↓↓↓↓↓↑"),
        // Let go, and Enter.
        (vec![(400, "jj"), (33, "jjjjj"), (90, "\r")], "jjjjjjj⏎"),
        // A wheel: several arrows at once, without one alone.
        (vec![(0, "↓↓↓"), (20, "↓"), (0, "↓↓")], "↓↓↓↓↓↓"),
        // Enter and Tab alone, held down too.
        (vec![(400, "\r\t\r"), (30, "\r\r")], "⏎⇥⏎⏎⏎"),
        // Keys that type nothing keep their places among the others.
        (vec![(400, "⎋"), (20, "s↓")], "⎋s↓"),
        (vec![(400, "↓"), (20, "\r")], "↓⏎"),
    ] {
        assert_eq!(play(&keys), expected, "{keys:?}");
    }
}

#[test]
fn a_reader_is_heard_as_one_burst_whatever_ends_it() {
    const CODE: &str = "01S2TBPZ2JCNZZYGHZ";
    for (keys, expected) in [
        (vec![(2, CODE), (2, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        (vec![(20, CODE), (20, "\t")], "[01S2TBPZ2JCNZZYGHZ]"),
        // All at once, as through a pseudo-terminal.
        (vec![(0, CODE), (0, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        // CR LF and Tab CR: the second is no key of a person.
        (vec![(2, CODE), (2, "\r\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        (vec![(2, CODE), (2, "\t\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        // No suffix at all, or one that comes late.
        (vec![(2, CODE)], "[01S2TBPZ2JCNZZYGHZ]"),
        (vec![(2, CODE), (140, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        (vec![(2, CODE), (490, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        // Pauses up to the limit.
        (vec![(50, CODE), (50, "\r")], "[01S2TBPZ2JCNZZYGHZ]"),
        // The separators of a box arrive as characters, or as keys.
        (
            vec![(2, "0103400933857042\u{1d}10A⑧21B\r")],
            "[0103400933857042\u{1d}10A⑧21B]",
        ),
        (vec![(2, "IS010000000000S1\r")], "[IS010000000000S1]"),
        // A code that begins with a key, and one that is made of keys: of digits without Num Lock.
        (vec![(2, "⎋ABCDE\r")], "[⎋ABCDE]"),
        (vec![(4, "⎋↓⌫↓↑\r")], "[⎋↓⌫↓↑]"),
    ] {
        assert_eq!(play(&keys), expected, "{keys:?}");
    }
}

#[test]
fn equal_characters_are_a_code_unless_one_came_alone_before() {
    for (keys, expected) in [
        (vec![(3, "0000000000\r")], "[0000000000]"),
        (vec![(3, "------\r")], "[------]"),
        (vec![(3, "00001234\r")], "[00001234]"),
        (vec![(15, "cccccccccc\r")], "[cccccccccc]"),
        (vec![(33, "cccccccccc\r")], "[cccccccccc]"),
        // The same character was typed before, too soon, too long ago, or is followed too fast.
        (vec![(400, "0"), (100, "0"), (15, "0000000\r")], "0[00000000]"),
        (vec![(400, "0"), (1200, "0"), (15, "0000000\r")], "0[00000000]"),
        (vec![(400, "0"), (400, "0"), (3, "0000000\r")], "0[00000000]"),
        (vec![(400, "0\r"), (400, "0"), (15, "0000000\r")], "0⏎[00000000]"),
    ] {
        assert_eq!(play(&keys), expected, "{keys:?}");
    }
    let long = "A".repeat(3000);
    assert_eq!(play(&[(3, &long), (3, "\r")]), format!("[{long}]"));
}

#[test]
fn an_enter_at_once_after_a_run_is_a_reader_s_whoever_typed_the_run() {
    assert_eq!(play(&[(400, "jj"), (33, "jjjjj"), (20, "\r\r")]), "jjjjjjj");
    assert_eq!(play(&[(3, "↓↓↓↓↓\r")]), "↓↓↓↓↓");
}

#[test]
fn a_reader_that_pauses_is_waited_for_and_its_rest_is_nobody_s_keys() {
    for (keys, expected) in [
        (
            vec![(5, "01S2TBPZ2"), (190, "J"), (5, "CNZZ\r")],
            "[01S2TBPZ2JCNZZ]",
        ),
        // Where a suffix is expected, for longer.
        (
            vec![(3, "ABCDE\r"), (900, "F"), (3, "GHIJ"), (490, "K"), (3, "L\r")],
            "[ABCDE][FGHIJKL]",
        ),
        // What is cut is no code, and what follows it presses nothing.
        (vec![(3, "ABCDE\r"), (900, "F"), (3, "GHIJ")], "[ABCDE](FGHIJ)"),
        (
            vec![(3, "ABCDE\r"), (900, "F"), (3, "GHIJ"), (2000, "n")],
            "[ABCDE](FGHIJ)n",
        ),
        // Twice the same is whole: another reader sends no suffix.
        (
            vec![(3, "ABCDE\r"), (900, "F"), (3, "GHIJ"), (900, "F"), (3, "GHIJ")],
            "[ABCDE](FGHIJ)[FGHIJ]",
        ),
        // The rest of what was told as whole is said, and dropped with its Enter.
        (vec![(3, "ABCDEFGH"), (300, "I"), (3, "JKLMN\r")], "[ABCDEFGH]…"),
        (vec![(3, "ABCDEFGH"), (300, "s"), (3, "\r")], "[ABCDEFGH]…"),
        // A person who was too fast loses a key, and nothing is said of it.
        (vec![(3, "ABCDEFGH"), (300, "n"), (300, "n\r")], "[ABCDEFGH]n⏎"),
    ] {
        assert_eq!(play(&keys), expected, "{keys:?}");
    }
}

#[test]
fn scans_and_keys_that_follow_one_another_stay_apart() {
    for (keys, expected) in [
        (vec![(2, "ABCDE\rFGHIJ\r")], "[ABCDE][FGHIJ]"),
        // Without a suffix, two bursts apart are two, glued are one: it will fit no number.
        (vec![(2, "ABCDE"), (600, "F"), (2, "GHIJ")], "[ABCDE][FGHIJ]"),
        (vec![(2, "ABCDEFGHIJ")], "[ABCDEFGHIJ]"),
        // A person answers the scan, once it can have been read.
        (vec![(2, "ABCDE\r"), (300, "\r"), (210, "\r")], "[ABCDE]⏎"),
        (vec![(2, "ABCDE\r"), (100, "n"), (410, "\r")], "[ABCDE]n⏎"),
        // A person was typing when the reader fired: the pause tells them apart.
        (vec![(100, "am"), (70, "0"), (2, "1S2TB\r")], "am[01S2TB]"),
    ] {
        assert_eq!(play(&keys), expected, "{keys:?}");
    }
}

#[test]
fn a_burst_says_what_ended_it_and_how_slow_it_was() {
    let mut wedge: Wedge<char> = Wedge::new();
    for (place, character) in "ABCDE".chars().enumerate() {
        wedge.key(
            Keystroke::Character(character),
            milliseconds(1000 + 7 * place as u64),
        );
    }
    let heard = wedge.key(Keystroke::Tab, milliseconds(1091));
    let [Heard::Burst(burst)] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!(
        (burst.ending, burst.longest_pause),
        (Ending::Tab, milliseconds(63))
    );
}

#[test]
fn an_endless_text_is_told_once_and_its_rest_is_dropped() {
    let text = "AB".repeat(BURST_KEYS_MAX);
    let told = play(&[(1, &text), (1, "\r")]);
    assert_eq!(told, format!("[{}]", &text[..BURST_KEYS_MAX]));
}

#[test]
fn a_paste_is_one_text_and_what_was_held_comes_first() {
    let mut wedge = Wedge::new();
    assert_eq!(wedge.key(keystroke('a'), milliseconds(0)), []);
    let heard = wedge.paste("/tmp/ordonnance.png\n".into(), milliseconds(10));
    assert_eq!(
        heard.iter().map(written).collect::<String>(),
        "a{/tmp/ordonnance.png\n}"
    );
    assert_eq!(wedge.paste(String::new(), milliseconds(20)), []);
}

#[test]
fn nothing_is_told_before_the_deadline() {
    let mut wedge = Wedge::new();
    wedge.key(keystroke('a'), milliseconds(100));
    assert_eq!(wedge.deadline(), Some(milliseconds(150)));
    assert_eq!(wedge.wake(milliseconds(149)), []);
    assert_eq!(
        wedge.wake(milliseconds(150)),
        [Heard::Typed(Keystroke::Character('a'))]
    );
}

proptest::proptest! {
    /// Whatever the pace, every character comes out once and in order.
    #[test]
    fn no_character_is_lost_doubled_or_moved(keys in proptest::collection::vec((0u64..120, "[a-c]"), 0..60)) {
        let sent: String = keys.iter().map(|(_, key)| key.as_str()).collect();
        let played: Vec<(u64, &str)> = keys.iter().map(|(pause, key)| (*pause, key.as_str())).collect();
        let heard = play(&played).replace(['[', ']'], "");
        proptest::prop_assert_eq!(heard, sent);
    }

    /// No Enter confirms anything less than half a second after a burst, nor at once after a run.
    #[test]
    fn no_enter_of_a_reader_is_a_person_s(
        characters in "[0-9A-c-]{5,40}",
        pace in 0u64..50,
        delay in 0u64..500,
        typed_before in "[0-9a-c]{0,3}",
    ) {
        let told = play(&[(300, &typed_before), (250, &characters[..1]), (pace, &characters[1..]), (delay, "\r")]);
        let is_told_as_keys = !told.contains('[');
        proptest::prop_assert!(!told.contains('⏎') || (is_told_as_keys && delay > 50), "{}", told);
    }
}
