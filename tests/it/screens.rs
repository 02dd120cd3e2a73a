//! Every screen, in every state worth seeing, at 80×24 and 120×40, with its styles.

use std::path::PathBuf;

use comptoir::app::message::{
    ConsultFailure, Freshness, HoldAnswer, Message, ReadFailure, Reading, RegisterCheck, StoreTask,
};
use comptoir::app::{App, Mode};
use comptoir::domain::consent::Consent;
use comptoir::domain::identifiers::DispenseId;
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState};
use comptoir::domain::prescription::Prescription;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{RegisterContent, RegisterEntry, RegisterNumber, Sha256Digest};
use comptoir::domain::scanned::{Scanned, ScannedBox};
use comptoir::ui::{self, Theme};
use jiff::civil::date;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::samples::*;

/// One state of one screen.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) app: App,
}

fn scene(name: &'static str, app: App) -> Scene {
    Scene { name, app }
}

/// A terminal after these messages and keys.
fn after(mut app: App, messages: Vec<Message>, typed: &str) -> App {
    for message in messages {
        app.update(message);
    }
    press(&mut app, typed);
    app
}

fn refusal(code: RefusalCode, text: &str) -> Refusal {
    Refusal {
        code,
        text: text.into(),
        line: None,
    }
}

fn delayed(seed: u128, minutes: i64, reason: DelayReason) -> OutboxEntry {
    OutboxEntry {
        attempts: 3,
        next_attempt: in_minutes(2),
        reason,
        ..entry(hand_over(seed, minutes), &PostState::Pending)
    }
}

/// A day with a bit of everything.
fn busy_day() -> Vec<OutboxEntry> {
    let mut refused = entry(hand_over(3, 95), &PostState::Accepted);
    refused.states[0].1 = PostState::Refused(refusal(RefusalCode::QuantityExceeded, "Reste 0 boîte."));
    let mut yesterday = delayed(4, 60 * 20, DelayReason::OutcomeUnknown);
    yesterday.hand_over.patient.family = "de la TRÈS-LONGUE-MONTAGNE-SAINTE-GENEVIÈVE".into();
    vec![
        entry(hand_over(1, 5), &PostState::Accepted),
        delayed(2, 7, DelayReason::Unreachable),
        refused,
        yesterday,
        entry(hand_over(5, 130), &PostState::Accepted),
    ]
}

fn busy_counter() -> App {
    after(
        app(),
        vec![
            Message::BaseFailed(DelayReason::Unreachable),
            Message::TimePassed(in_minutes(4)),
            Message::OutboxListed(busy_day()),
        ],
        "",
    )
}

fn with_copy_of_the_store(mut prescription: Prescription) -> App {
    prescription.consent = Consent::NotRecorded;
    let mut consultation = consultation_of(prescription);
    consultation.freshness = Freshness::Store {
        since: "2026-11-21T16:10:00Z".parse().unwrap(),
        why: DelayReason::Unreachable,
    };
    after(
        app(),
        vec![
            scan(NUMBER),
            Message::BaseFailed(DelayReason::Unreachable),
            Message::Consulted(Box::new(consultation)),
        ],
        "",
    )
}

fn held_elsewhere() -> App {
    after(
        serving(prescription()),
        vec![hold_answered(HoldAnswer::HeldElsewhere(their_hold()))],
        "",
    )
}

/// A hand-over just recorded, then posted with that state.
fn done(consent: Consent, state: Option<PostState>) -> App {
    let mut prescription = prescription();
    prescription.consent = consent;
    let mut app = serving(prescription);
    let effects = press(&mut app, "2s1n2⏎⏎");
    let answer = recorded(&effects);
    let Message::Recorded { entry, .. } = &answer else {
        unreachable!("recorded() builds Recorded")
    };
    let mut posted = (**entry).clone();
    app.update(answer);
    match state {
        Some(PostState::Pending) => {
            posted.attempts = 1;
            posted.reason = DelayReason::Unreachable;
            posted.next_attempt = in_minutes(1);
        }
        Some(PostState::Refused(no)) => {
            posted
                .states
                .iter_mut()
                .for_each(|(_, state)| *state = PostState::Accepted);
            posted.states[0].1 = PostState::Refused(no);
        }
        Some(state) => posted.states.iter_mut().for_each(|(_, s)| *s = state.clone()),
        None => {
            app.update(Message::PostStarted(posted.hand_over.id));
            return app;
        }
    }
    app.update(Message::PostAnswered(Box::new(posted)));
    app
}

fn text_scanned(scanned: Scanned, text: &str) -> Message {
    Message::Scanned {
        text: text.into(),
        scanned,
    }
}

fn scanned_box(cip: &str) -> Message {
    let scanned = ScannedBox {
        cip13: Some(cip13(cip)),
        lot: "A12B".parse().ok(),
        expiry: Some(date(2028, 6, 30)),
    };
    text_scanned(Scanned::Box(scanned), "\u{1d}0103400933857042")
}

fn register(messages: Vec<Message>, typed: &str) -> App {
    after(after(app(), vec![], "③"), messages, typed)
}

fn register_page() -> Message {
    let erased = RegisterEntry {
        content: None,
        ..register_entry(2)
    };
    let correction = RegisterEntry {
        content: Some(RegisterContent::Correction {
            of: RegisterNumber(1),
            reason: "lot mal lu".into(),
            operator: operator(),
        }),
        ..register_entry(3)
    };
    Message::RegisterListed {
        before: None,
        entries: vec![
            register_entry(5),
            register_entry(4),
            correction,
            erased,
            register_entry(1),
        ],
    }
}

fn check(first_bad: Option<RegisterNumber>) -> Message {
    Message::RegisterVerified(RegisterCheck {
        entries: 5,
        head: Sha256Digest([0xab; 32]),
        first_bad,
    })
}

fn consult_refused(code: RefusalCode, text: &str) -> App {
    let refused = Message::ConsultRefused {
        number: number(NUMBER),
        refusal: refusal(code, text),
    };
    after(app(), vec![scan(NUMBER), refused], "")
}

fn counter_scenes() -> Vec<Scene> {
    let known = vec![Message::BaseAnswered, Message::OutboxListed(Vec::new())];
    vec![
        scene("counter_just_opened", app()),
        scene("counter_quiet", after(app(), known, "")),
        scene("counter_busy", busy_counter()),
        scene("counter_typing", after(app(), vec![], "01 s2tb pz2j")),
        scene("counter_wrong_number", after(app(), vec![], "01s2tb⏎")),
        scene(
            "counter_list_failed",
            after(app(), vec![Message::StoreFailed(StoreTask::Outbox)], ""),
        ),
        scene("number_doubt", after(app(), vec![], "01S2TBPZ2JCNOIYGHZ⏎")),
        scene(
            "number_doubt_one_reading",
            after(app(), vec![], "O1S2TBPZ2JCNZZYGHZ⏎"),
        ),
        scene("consulting", after(app(), vec![scan(NUMBER)], "")),
        scene(
            "consulting_slow",
            after(app(), vec![scan(NUMBER), Message::TimePassed(in_minutes(1))], ""),
        ),
    ]
}

fn prescription_scenes() -> Vec<Scene> {
    let mut many = prescription();
    many.lines = (1..=14)
        .map(|place| {
            line(
                place,
                AMOXICILLIN,
                "CLAMOXYL 500 mg, gélule",
                "1 matin et soir",
                1,
            )
        })
        .collect();
    let mut long = prescription();
    long.patient.family = "de la TRÈS-LONGUE-MONTAGNE-SAINTE-GENEVIÈVE".into();
    long.lines[0].label = "CLAMOXYL ".repeat(20);
    long.lines[0].dosage = "1 gélule le matin, puis ".repeat(12);
    let mut expired = prescription();
    expired.valid_until = Some(date(2026, 11, 1));
    vec![
        scene("prescription", serving(prescription())),
        scene("prescription_remarkable", serving(remarkable_prescription())),
        scene(
            "prescription_remarkable_line_3",
            after(serving(remarkable_prescription()), vec![], "3"),
        ),
        scene("prescription_expired", after(serving(expired), vec![], "⏎")),
        scene("prescription_held_elsewhere", held_elsewhere()),
        scene("prescription_from_store", with_copy_of_the_store(prescription())),
        scene(
            "prescription_decided",
            after(serving(prescription()), vec![], "1s12n41-"),
        ),
        scene(
            "prescription_box_ticked",
            after(serving(prescription()), vec![scanned_box("340093385711")], ""),
        ),
        scene("prescription_many_lines", after(serving(many), vec![], "9↓")),
        scene("prescription_long_names", serving(long)),
        scene(
            "prescription_not_substitutable",
            after(serving(prescription()), vec![], "3s"),
        ),
    ]
}

fn decision_scenes() -> Vec<Scene> {
    let start = || serving(prescription());
    let found = |text: &str| Message::CatalogueSearched {
        text: text.into(),
        products: products().0,
    };
    let searching = after(start(), vec![], "1s/clam");
    vec![
        scene("decision_overview", after(start(), vec![], "1s1d")),
        scene("decision_overview_adjusted", after(start(), vec![], "1a41")),
        scene("decision_substitutes", after(start(), vec![], "1s")),
        scene("decision_not_delivered", after(start(), vec![], "2n")),
        scene("decision_channel", after(start(), vec![], "2a1")),
        scene("decision_partial", after(start(), vec![], "1-⏎")),
        scene("decision_search", after(start(), vec![], "1s/c")),
        scene(
            "decision_search_found",
            after(searching, vec![found("clam")], "↓"),
        ),
        scene(
            "decision_search_nothing",
            after(
                after(start(), vec![], "1s/zzz"),
                vec![Message::CatalogueSearched {
                    text: "zzz".into(),
                    products: Vec::new(),
                }],
                "",
            ),
        ),
        scene("decision_lot", after(start(), vec![], "1→lA12")),
        scene("decision_expiry_wrong", after(start(), vec![], "1→e31/06/2028⏎")),
        scene("decision_note", after(start(), vec![], "2n7avis demandé")),
    ]
}

fn review_scenes() -> Vec<Scene> {
    let opposed = {
        let mut prescription = prescription();
        prescription.consent = Consent::Opposed;
        serving(prescription)
    };
    let failed = {
        let mut app = serving(prescription());
        press(&mut app, "⏎⏎");
        after(app, vec![Message::RecordFailed { id: ID }], "")
    };
    let expired_box = {
        let scanned = ScannedBox {
            cip13: Some(cip13(AMOXICILLIN)),
            lot: None,
            expiry: Some(date(2026, 1, 31)),
        };
        after(
            serving(prescription()),
            vec![text_scanned(Scanned::Box(scanned), "")],
            "⏎⏎",
        )
    };
    vec![
        scene("review", after(serving(prescription()), vec![], "⏎")),
        scene(
            "review_exceptions",
            after(serving(prescription()), vec![], "2s13n11-⏎1⏎"),
        ),
        scene("review_opposed", after(opposed, vec![], "⏎")),
        scene(
            "review_decided_only",
            after(serving(prescription()), vec![], "2cv"),
        ),
        scene("review_warning", after(held_elsewhere(), vec![], "⏎")),
        scene(
            "review_reason",
            after(held_elsewhere(), vec![], "⏎⏎vu avec la Gare"),
        ),
        scene(
            "review_passed",
            after(held_elsewhere(), vec![], "⏎⏎vu avec la Gare⏎"),
        ),
        scene("review_blocked", expired_box),
        scene(
            "review_base_down",
            after(with_copy_of_the_store(prescription()), vec![], "⏎"),
        ),
        scene("review_record_failed", failed),
        scene("recording", after(serving(prescription()), vec![], "⏎⏎")),
    ]
}

fn done_scenes() -> Vec<Scene> {
    let no = refusal(RefusalCode::LineCancelled, "Ligne annulée le 22/11/2026.");
    vec![
        scene("done_on_the_way", done(Consent::Agreed, None)),
        scene("done_delayed", done(Consent::Agreed, Some(PostState::Pending))),
        scene("done_visible", done(Consent::Agreed, Some(PostState::Accepted))),
        scene("done_opposed", done(Consent::Opposed, Some(PostState::Accepted))),
        scene(
            "done_not_recorded",
            done(Consent::NotRecorded, Some(PostState::Accepted)),
        ),
        scene(
            "done_refused",
            done(Consent::Agreed, Some(PostState::Refused(no.clone()))),
        ),
        scene(
            "done_conflict",
            done(Consent::Agreed, Some(PostState::Conflict(no))),
        ),
    ]
}

fn identified_scenes() -> Vec<Scene> {
    let other_patient = text_scanned(Scanned::Ins(Some(ins("1850675056001"))), "IS01…");
    let several = Message::FileRead {
        path: PathBuf::from("/tmp/deux-feuilles.png"),
        readings: [NUMBER, OTHER_NUMBER]
            .into_iter()
            .map(|text| Reading {
                text: text.into(),
                scanned: Scanned::Prescription(number(text)),
            })
            .collect(),
    };
    vec![
        scene("identified_box", after(app(), vec![scanned_box(AMOXICILLIN)], "")),
        scene(
            "identified_box_of_no_line",
            after(serving(prescription()), vec![scanned_box("340093999999")], ""),
        ),
        scene(
            "identified_url",
            after(
                app(),
                vec![text_scanned(Scanned::Url, "https://exemple.fr/ordonnance")],
                "",
            ),
        ),
        scene(
            "identified_text",
            after(app(), vec![text_scanned(Scanned::Text, "Hello :)\u{1b}[2J")], ""),
        ),
        scene(
            "identified_foreign",
            after(
                app(),
                vec![text_scanned(Scanned::ForeignPrescription, "Task/160.123")],
                "",
            ),
        ),
        scene(
            "identified_ins",
            after(app(), vec![text_scanned(Scanned::Ins(None), "IS01true")], ""),
        ),
        scene(
            "identified_other_patient",
            after(serving(prescription()), vec![other_patient], ""),
        ),
        scene("identified_several", after(app(), vec![several], "")),
        scene(
            "leaving",
            after(
                after(serving(prescription()), vec![], "1c"),
                vec![scan(OTHER_NUMBER)],
                "",
            ),
        ),
    ]
}

fn refused_scenes() -> Vec<Scene> {
    let path = || PathBuf::from("/tmp/photo.png");
    let failed = Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Base(DelayReason::Unreachable),
    };
    let damaged = Message::FileUnread {
        path: path(),
        why: ReadFailure::Damaged,
    };
    let no_code = Message::FileRead {
        path: path(),
        readings: Vec::new(),
    };
    vec![
        scene(
            "refused_unknown",
            consult_refused(RefusalCode::UnknownPrescription, "Aucune ordonnance trouvée."),
        ),
        scene(
            "refused_other_code",
            consult_refused(RefusalCode::Other("e-42".into()), ""),
        ),
        scene(
            "refused_unreachable",
            after(app(), vec![scan(NUMBER), failed], ""),
        ),
        scene("refused_damaged", after(app(), vec![damaged], "")),
        scene("refused_no_code", after(app(), vec![no_code], "")),
    ]
}

fn list_scenes() -> Vec<Scene> {
    let quiet = after(app(), vec![Message::OutboxListed(Vec::new())], "②");
    let on_the_way = after(
        busy_counter(),
        vec![Message::PostStarted(DispenseId(uuid::Uuid::from_u128(2)))],
        "②",
    );
    vec![
        scene("outbox_empty", quiet),
        scene("outbox", after(busy_counter(), vec![], "②")),
        scene("outbox_refused", after(busy_counter(), vec![], "②↓")),
        scene("outbox_on_the_way", on_the_way),
        scene("register_reading", register(vec![], "")),
        scene("register", register(vec![register_page()], "")),
        scene(
            "register_intact",
            register(vec![register_page(), check(None)], "↓↓"),
        ),
        scene(
            "register_altered",
            register(vec![register_page(), check(Some(RegisterNumber(4)))], "↓↓↓"),
        ),
        scene(
            "register_empty",
            register(
                vec![Message::RegisterListed {
                    before: None,
                    entries: Vec::new(),
                }],
                "",
            ),
        ),
        scene("help_of_counter", after(app(), vec![], "?")),
        scene(
            "help_of_prescription",
            after(serving(prescription()), vec![], "?"),
        ),
        scene(
            "help_of_prescription_scrolled",
            after(serving(prescription()), vec![], "?⇟⇟"),
        ),
    ]
}

/// Every state of every screen.
pub(crate) fn scenes() -> Vec<Scene> {
    [
        counter_scenes(),
        prescription_scenes(),
        decision_scenes(),
        review_scenes(),
        done_scenes(),
        identified_scenes(),
        refused_scenes(),
        list_scenes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the terminal shows.
pub(crate) fn drawn(app: &App, (width, height): (u16, u16), theme: &Theme) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    ui::draw_in(area, &mut buffer, app, theme);
    buffer
}

/// The rows, then for each row the runs of cells that have a style.
fn described(buffer: &Buffer) -> String {
    let mut rows = String::new();
    let mut styles = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut runs: Vec<(u16, u16, Style)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            row.push_str(cell.symbol());
            match runs.last_mut() {
                Some((_, end, style)) if *end == x && *style == cell.style() => *end = x + 1,
                _ => runs.push((x, x + 1, cell.style())),
            }
        }
        rows.push_str(&format!("│{row}│\n"));
        let styled: Vec<String> = runs
            .iter()
            .filter_map(|(start, end, style)| Some(format!("{start}-{end} {}", style_name(*style)?)))
            .collect();
        if !styled.is_empty() {
            styles.push_str(&format!("{y:>2}: {}\n", styled.join(", ")));
        }
    }
    format!("{rows}{styles}")
}

fn style_name(style: Style) -> Option<String> {
    let colour = |prefix: &str, colour: Option<Color>| match colour {
        None | Some(Color::Reset) => None,
        Some(colour) => Some(format!("{prefix}{colour:?}").to_lowercase()),
    };
    let modifiers = style.add_modifier;
    let modifiers = (!modifiers.is_empty()).then(|| format!("{modifiers:?}").to_lowercase());
    let parts: Vec<String> = [colour("", style.fg), colour("on ", style.bg), modifiers]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn snapshot(name: &str, size: (u16, u16), app: &App, theme: &Theme) {
    let name = format!("{name}__{}x{}", size.0, size.1);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, described(&drawn(app, size, theme)));
    });
}

#[test]
fn every_screen_is_as_it_was_reviewed() {
    for scene in scenes() {
        for size in [(80, 24), (120, 40)] {
            snapshot(scene.name, size, &scene.app, &Theme::coloured());
        }
    }
}

#[test]
fn without_colours_weight_and_signs_remain() {
    for (name, app) in [
        ("no_color_prescription", serving(remarkable_prescription())),
        ("no_color_counter", busy_counter()),
        ("no_color_review", after(held_elsewhere(), vec![], "⏎")),
    ] {
        snapshot(name, (80, 24), &app, &Theme::without_colours());
    }
    for scene in scenes() {
        let buffer = drawn(&scene.app, (120, 40), &Theme::without_colours());
        for cell in buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{}", scene.name);
        }
    }
}

#[test]
fn no_meaning_is_lost_with_the_colours() {
    for scene in scenes() {
        let text = |theme| {
            let buffer = drawn(&scene.app, (80, 24), &theme);
            buffer
                .content()
                .iter()
                .map(|cell| cell.symbol().to_owned())
                .collect::<String>()
        };
        assert_eq!(
            text(Theme::coloured()),
            text(Theme::without_colours()),
            "{}",
            scene.name
        );
    }
}

#[test]
fn every_screen_has_a_scene() {
    let mut shown: Vec<&str> = scenes().iter().map(|scene| scene.app.screen().name()).collect();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(
        shown,
        [
            "consulting",
            "counter",
            "decision",
            "done",
            "help",
            "identified",
            "leaving",
            "number_doubt",
            "outbox",
            "prescription",
            "recording",
            "refused",
            "register",
            "review",
        ]
    );
    // Every part of the key table is seen too.
    for context in comptoir::app::keys::Context::ALL {
        assert!(
            scenes()
                .iter()
                .any(|scene| scene.app.screen().context() == context),
            "{context:?}"
        );
    }
}

pub(crate) fn text_of(buffer: &Buffer) -> String {
    (0..buffer.area.height)
        .map(|y| {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            row + "\n"
        })
        .collect()
}

#[test]
fn a_training_session_says_so_on_every_screen_and_a_real_one_never() {
    for scene in scenes() {
        for size in [(80, 24), (120, 40)] {
            let text = text_of(&drawn(&scene.app, size, &Theme::coloured()));
            assert!(text.contains("FORMATION"), "{}", scene.name);
        }
    }
    let mut setting = setting();
    setting.mode = Mode::Real;
    let real = App::new(setting, now());
    assert!(!text_of(&drawn(&real, (80, 24), &Theme::coloured())).contains("FORMATION"));
}

#[test]
fn a_window_too_small_says_what_it_needs() {
    for size in [(79, 24), (80, 23), (20, 5), (3, 1), (1, 1), (0, 0)] {
        let buffer = drawn(&app(), size, &Theme::coloured());
        if size.0 >= 20 {
            assert!(text_of(&buffer).contains("Agrandissez"), "{size:?}");
        }
    }
    snapshot("too_small", (60, 10), &app(), &Theme::coloured());
}

#[test]
fn every_size_is_drawn_without_failing() {
    for scene in scenes() {
        for size in [
            (80, 24),
            (81, 25),
            (109, 24),
            (110, 30),
            (111, 24),
            (200, 60),
            (300, 24),
        ] {
            drawn(&scene.app, size, &Theme::coloured());
        }
    }
}

#[test]
fn the_footer_says_every_key_it_promises_at_the_smallest_size() {
    for scene in scenes() {
        let text = text_of(&drawn(&scene.app, (80, 24), &Theme::coloured()));
        let footer: Vec<&str> = text.lines().skip(22).collect();
        let footer = footer.join(" ");
        for (key, label) in ui::frame::footer_keys(scene.app.screen()) {
            assert!(
                footer.contains(&format!("{key} {label}")),
                "{}: {key} {label} is not in {footer}",
                scene.name
            );
        }
    }
}
