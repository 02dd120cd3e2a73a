//! Every state of every screen that is worth seeing, reached by messages and keys.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::time::Duration;

use comptoir::app::closing::{BackupAnswer, ClosingAnswer};
use comptoir::app::desk::LeftWaiting;
use comptoir::app::keys::Key;
use comptoir::app::message::{
    ConsultFailure, Contradiction, ContradictionSource, Freshness, HoldAnswer, Message, PaperAnswer,
    ReadFailure, Reading, RegisterCheck, ScanFailure, StoreTask,
};
use comptoir::app::reader_test::Arrival;
use comptoir::app::{App, Effect, settling};
use comptoir::catalogue::Catalogue;
use comptoir::domain::breakdown::Breakdown;
use comptoir::domain::closure::{Closure, RegisterDay};
use comptoir::domain::consent::Consent;
use comptoir::domain::identifiers::{Boxes, DispenseId, LineNumber};
use comptoir::domain::outbox::{DelayReason, OutboxEntry, PostState, Settlement, SettlementChoice};
use comptoir::domain::prescription::{Delivery, DeliveryStanding, Prescription, PrescriptionLine};
use comptoir::domain::product::ProductCode;
use comptoir::domain::refusal::{Refusal, RefusalCode};
use comptoir::domain::register::{RegisterContent, RegisterEntry, RegisterNumber, Sha256Digest};
use comptoir::domain::retention::RetentionClass;
use comptoir::domain::scanned::{Country, Ending, Scanned, ScannedBox};
use jiff::civil::date;

use crate::samples::*;

/// One state of one screen.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) app: App,
}

pub(crate) fn scene(name: &'static str, app: App) -> Scene {
    Scene { name, app }
}

/// A terminal after these messages and keys.
pub(crate) fn after(mut app: App, messages: Vec<Message>, typed: &str) -> App {
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

/// Opened again after a crash between recording and posting.
fn reopened() -> App {
    let entry = entry(hand_over(3, 4), &PostState::Pending);
    let mut setting = setting();
    setting.left_waiting = Some(LeftWaiting {
        entry: entry.clone(),
        numbers: vec![RegisterNumber(12), RegisterNumber(13)],
        others: 0,
    });
    let posting = Message::PostStarted(entry.hand_over.id);
    after(
        App::new(setting, now()),
        vec![Message::OutboxListed(vec![entry]), posting],
        "",
    )
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

pub(crate) fn busy_counter() -> App {
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

pub(crate) fn held_elsewhere() -> App {
    after(
        serving(prescription()),
        vec![hold_answered(HoldAnswer::HeldElsewhere(their_hold()))],
        "",
    )
}

/// A hand-over just recorded, then posted with that state.
pub(crate) fn done(consent: Consent, state: Option<PostState>) -> App {
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
    boxed(cip, "A12B")
}

fn boxed(cip: &str, lot: &str) -> Message {
    let scanned = ScannedBox {
        cip13: Some(cip13(cip)),
        lot: lot.parse().ok(),
        expiry: Some(date(2028, 6, 30)),
        serial: None,
    };
    text_scanned(Scanned::Box(scanned), "\u{1d}0103400933857042")
}

pub(crate) fn register(messages: Vec<Message>, typed: &str) -> App {
    after(after(app(), vec![], "③"), messages, typed)
}

pub(crate) fn register_page() -> Message {
    let erased = RegisterEntry {
        content: None,
        ..register_entry(2)
    };
    let correction = RegisterEntry {
        content: Some(RegisterContent::Correction {
            of: RegisterNumber(1),
            code: None,
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

/// The day is closed, and backed up.
fn closed(is_on_same_disk: bool) -> Message {
    Message::RegisterClosed(ClosingAnswer::Closed {
        count: 128,
        head: Sha256Digest([7; 32]),
        note: "comptoir/751234568\n128\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".into(),
        saved: Some("/home/poste/comptoir/closures/2026-02-10-128.txt".into()),
        backup: BackupAnswer::Made {
            path: "/media/coffre/comptoir-20260210T181500.000Z-1a2b3c4d.backup".into(),
            is_on_same_disk,
        },
    })
}

fn check(first_bad: Option<RegisterNumber>) -> Message {
    Message::RegisterVerified(RegisterCheck {
        entries: 5,
        purged: 0,
        closures: 0,
        head: Sha256Digest([0xab; 32]),
        first_bad,
    })
}

/// A name was typed: two entries so far, and the search goes on.
fn register_searched() -> App {
    let found = Message::RegisterSearched {
        text: "lefevre".into(),
        entries: vec![register_entry(5), register_entry(4)],
        below: Some(RegisterNumber(3)),
    };
    let typed = register(vec![register_page()], "/lefevre");
    after(typed, vec![found], "")
}

fn last_closure() -> Closure {
    Closure {
        origin: "comptoir/register/750000001".into(),
        count: 3,
        head: Sha256Digest([0xab; 32]),
        at: minutes_ago(60 * 15),
    }
}

/// Yesterday was left open.
fn register_day_open() -> App {
    let day = RegisterDay {
        last_closure: Some(last_closure()),
        today: [(RetentionClass::Register, 1)].into(),
        unclosed: 2,
        unclosed_before: 1,
    };
    register(vec![register_page(), Message::RegisterDayRead(day)], "")
}

/// One quits in the evening with deliveries that no closure holds.
fn register_proposed() -> App {
    let served = Message::OutboxListed(vec![entry(hand_over(1, 5), &PostState::Accepted)]);
    let evening = after(app(), vec![served, Message::TimePassed(in_minutes(8 * 60))], "⑩");
    after(evening, vec![register_page()], "")
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
        scene("counter_reopened", reopened()),
        scene(
            "counter_disk_full",
            after(
                app(),
                vec![
                    Message::Broke(Breakdown::DiskFull),
                    Message::StoreFailed(StoreTask::Outbox),
                ],
                "",
            ),
        ),
        scene("counter_quiet", after(app(), known, "")),
        scene(
            "counter_clock_wrong",
            after(
                app(),
                vec![
                    Message::BaseAnswered,
                    Message::ClockCompared {
                        ahead_seconds: Some(-7200),
                    },
                    Message::OutboxListed(Vec::new()),
                ],
                "",
            ),
        ),
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
            "consulting_with_a_box",
            after(app(), vec![scan(NUMBER), scanned_box(AMOXICILLIN)], ""),
        ),
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
    let mut prolonged = prescription();
    prolonged.valid_until = Some(date(2026, 11, 1));
    let mut expired = prolonged.clone();
    expired.lines[2].repeats = 0;
    vec![
        scene("prescription", serving(prescription())),
        scene("prescription_remarkable", serving(remarkable_prescription())),
        scene(
            "prescription_remarkable_line_3",
            after(serving(remarkable_prescription()), vec![], "3"),
        ),
        scene("prescription_expired", after(serving(expired), vec![], "⏎")),
        scene("prescription_prolonged", after(serving(prolonged), vec![], "3")),
        scene("prescription_held_elsewhere", held_elsewhere()),
        scene("prescription_from_store", with_copy_of_the_store(prescription())),
        scene(
            "prescription_decided",
            after(serving(prescription()), vec![], "1s12n41-"),
        ),
        scene(
            "prescription_two_lots",
            after(
                serving(prescription()),
                vec![
                    scanned_box(AMOXICILLIN),
                    boxed(AMOXICILLIN, "B7"),
                    boxed(AMOXICILLIN, "B7"),
                ],
                "",
            ),
        ),
        scene(
            "review_two_lots",
            after(
                serving(prescription()),
                vec![scanned_box(AMOXICILLIN), boxed(AMOXICILLIN, "B7")],
                "⏎",
            ),
        ),
        scene(
            "prescription_box_ticked",
            after(serving(prescription()), vec![scanned_box("340093385711")], ""),
        ),
        scene("prescription_not_kept", {
            let mut consultation = consultation_of(prescription());
            consultation.not_kept = Some(Breakdown::DiskFull);
            after(
                app(),
                vec![scan(NUMBER), Message::Consulted(Box::new(consultation))],
                "",
            )
        }),
        scene("prescription_many_lines", after(serving(many), vec![], "9↓")),
        scene("prescription_long_names", serving(long)),
        scene(
            "prescription_not_substitutable",
            after(serving(prescription()), vec![], "3s"),
        ),
    ]
}

/// A paper of which the people are typed.
fn paper_begun(more: &str) -> App {
    let begun = after(app(), vec![Message::BaseFailed(DelayReason::Unreachable)], "④");
    after(begun, vec![], &format!("{}{more}", crate::flows::paper::PEOPLE))
}

/// The same with a product found for what is typed.
fn paper_found(more: &str) -> App {
    let found = Message::CatalogueSearched {
        text: "clam".into(),
        products: products().0,
    };
    after(paper_begun("clam"), vec![found], more)
}

/// A whole paper, taken, without a number.
fn paper_taken(typed: &str) -> App {
    let mut app = paper_found("⏎1 gélule 3 fois par jour⏎2⏎");
    let effects = press(&mut app, "⏎");
    let Some(Effect::TakePaper(paper)) = effects.into_iter().next() else {
        panic!("no paper was to be taken");
    };
    let known = products();
    let taken =
        (*paper)
            .clone()
            .prescription(date(2026, 11, 22), uuid::Uuid::from_u128(0xabc << 96), &|code| {
                known.find(code).cloned()
            });
    let mut consultation = consultation_of(taken.unwrap());
    consultation.freshness = Freshness::Transcribed;
    app.update(Message::PaperAnswered {
        paper,
        answer: Box::new(PaperAnswer::Taken(consultation)),
    });
    press(&mut app, typed);
    app
}

/// It is recorded, and stays here.
fn paper_done() -> App {
    let mut app = paper_taken("⏎");
    let effects = press(&mut app, "⏎");
    let Message::Recorded { mut entry, numbers } = recorded(&effects) else {
        unreachable!("recorded() builds Recorded")
    };
    entry
        .states
        .iter_mut()
        .for_each(|(_, state)| *state = PostState::Local);
    app.update(Message::Recorded { entry, numbers });
    app
}

fn paper_scenes() -> Vec<Scene> {
    let of_number = after(
        app(),
        vec![
            scan(NUMBER),
            Message::ConsultFailed {
                number: number(NUMBER),
                why: ConsultFailure::Base(DelayReason::Unreachable),
            },
        ],
        "④",
    );
    vec![
        scene("paper", of_number),
        scene("paper_people", paper_begun("")),
        scene("paper_found", paper_found("")),
        scene("paper_line", paper_found("⏎1 gélule 3 fois par jour⏎")),
        scene("paper_whole", paper_found("⏎1 gélule 3 fois par jour⏎2⏎")),
        scene("paper_asked", paper_found("⏎1 gélule 3 fois par jour⏎2⏎⏎")),
        scene("paper_wrong", after(app(), vec![], "④31/02⏎↓↓⏎↓05/03/25⏎")),
        scene("paper_leaving", paper_begun("⎋")),
        scene("paper_prescription", paper_taken("")),
        scene("paper_review", paper_taken("⏎")),
        scene("paper_done", paper_done()),
        scene("paper_counter", after(paper_done(), vec![], "⎋")),
        scene("paper_outbox", after(paper_done(), vec![], "②")),
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
        scene(
            "decision_adjusted_by_another",
            after(start(), vec![], "1a11un le soir⏎⎋o2Dr Louis Remplaçant⏎1⏎⎋"),
        ),
        scene("decision_agreed_by", after(start(), vec![], "1a41o")),
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
    let expired_box = after(serving(prescription()), Vec::new(), "1→e31/01/2026⏎⏎⏎⏎");
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

/// The patient objected after the prescription was read, before its delivery was posted.
fn done_opposed_since() -> App {
    let mut app = done(Consent::Agreed, Some(PostState::Accepted));
    let mut posted = app.desk().hand_overs.last().unwrap().clone();
    posted.consent_since = Some(Consent::Opposed);
    app.update(Message::PostAnswered(Box::new(posted)));
    app
}

fn done_scenes() -> Vec<Scene> {
    let no = refusal(RefusalCode::LineCancelled, "Ligne annulée le 22/11/2026.");
    vec![
        scene("done_on_the_way", done(Consent::Agreed, None)),
        scene("done_delayed", done(Consent::Agreed, Some(PostState::Pending))),
        scene("done_visible", done(Consent::Agreed, Some(PostState::Accepted))),
        scene("done_opposed", done(Consent::Opposed, Some(PostState::Accepted))),
        scene("done_opposed_since", done_opposed_since()),
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
    let other_patient = text_scanned(identity(Some(ins("1850675056001"))), "IS01…");
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
            "identified_file_name",
            after(
                app(),
                vec![text_scanned(Scanned::FileName, "/home/claire/feuille.png")],
                "",
            ),
        ),
        scene(
            "identified_text",
            after(app(), vec![text_scanned(Scanned::Text, "Hello :)\u{1b}[2J")], ""),
        ),
        scene(
            "identified_several_in_one_code",
            after(
                app(),
                vec![text_scanned(
                    comptoir::scan::what::read_text("01S2TBPZ2JCNZZYGHZ, 01K7M4QX2RT9WBHV6P").scanned,
                    "01S2TBPZ2JCNZZYGHZ, 01K7M4QX2RT9WBHV6P",
                )],
                "",
            ),
        ),
        scene(
            "identified_stamp",
            after(
                app(),
                vec![text_scanned(Scanned::SignedStamp, "DC04FR0AXT4A0E840E8A0101FR")],
                "",
            ),
        ),
        scene(
            "identified_article_of_no_line",
            after(
                serving(prescription()),
                vec![text_scanned(Scanned::Article, "5449000000996")],
                "",
            ),
        ),
        scene(
            "identified_swiss",
            after(
                app(),
                vec![text_scanned(
                    Scanned::ForeignPrescription(Country::Switzerland),
                    "CHMED16A1H4sI",
                )],
                "",
            ),
        ),
        scene(
            "identified_page_of_codes",
            after(
                app(),
                vec![Message::ScannedTogether(
                    (0..12)
                        .map(|place| format!("01K7M4QX2RT9WBH{place:02}P"))
                        .map(|text| Reading {
                            scanned: Scanned::Prescription(number(&text)),
                            text,
                        })
                        .collect(),
                )],
                "⇟⇟",
            ),
        ),
        scene(
            "identified_ambiguous",
            after(
                app(),
                vec![text_scanned(
                    Scanned::Ambiguous,
                    "à&à\"'ààç\"\"_(èà'é&èé_àç\"à&àqb&éc",
                )],
                "",
            ),
        ),
        scene(
            "identified_foreign",
            after(
                app(),
                vec![text_scanned(
                    Scanned::ForeignPrescription(Country::Germany),
                    "Task/160.123",
                )],
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

/// A real medicine of the training catalogue, ordered alone by somebody of that specialty.
fn serving_real(cip13: &str, boxes: u16, days: u16, specialty: &str, to_pharmacist: &str) -> App {
    let catalogue = Catalogue::training().unwrap();
    let code = ProductCode::Cip13(cip13.parse().unwrap());
    let name = catalogue.find(&code).unwrap().name.clone();
    let mut prescription = prescription();
    prescription.prescriber.specialty = specialty.into();
    prescription.lines = vec![PrescriptionLine {
        code: code.clone(),
        days: Some(days),
        repeats: 1,
        to_pharmacist: to_pharmacist.into(),
        ..line(1, AMOXICILLIN, &name, "selon le schéma remis au patient", boxes)
    }];
    let mut consultation = consultation_of(prescription);
    consultation.products = catalogue.related([code].iter());
    let mut app = serving(consultation.prescription.clone());
    app.update(Message::Consulted(Box::new(consultation)));
    app
}

/// What the law says, where it is read.
fn rule_scenes() -> Vec<Scene> {
    let fentanyl = || serving_real("3400934238307", 2, 28, "Oncologie médicale", "");
    let humira = || serving_real("3400930042687", 1, 28, "Médecine générale", "");
    let levothyrox = || serving_real("3400930121405", 1, 90, "Médecine générale", "");
    let innovair = || serving_real("3400938141283", 1, 30, "Pneumologie", "");
    let keytruda = || serving_real("3400955104865", 1, 21, "Oncologie médicale", "");
    let angina = "À délivrer si TROD angine positif, sous 7 jours";
    let conditional = || serving_real("3400933857042", 2, 6, "Médecine générale", angina);
    vec![
        scene("rules_narcotic", fentanyl()),
        scene("rules_narcotic_decision", after(fentanyl(), vec![], "→")),
        scene("rules_narcotic_review", after(fentanyl(), vec![], "⏎")),
        scene("rules_biosimilar", humira()),
        scene("rules_biosimilar_decision", after(humira(), vec![], "s1")),
        scene("rules_long_pack", levothyrox()),
        scene("rules_hybrid_decision", after(innovair(), vec![], "→")),
        scene("rules_hybrid_kept", after(innovair(), vec![], "→m")),
        scene("rules_hospital_only", keytruda()),
        scene("rules_conditional", conditional()),
    ]
}

/// A hand-over that another pharmacy's contradicts, on the screen that settles it.
pub(crate) fn settling(reading: Option<settling::Reading>, typed: &str) -> App {
    let mut contradicted = entry(hand_over(3, 95), &PostState::Accepted);
    contradicted.states[0].1 = PostState::Conflict(Refusal {
        line: Some(LineNumber(1)),
        ..refusal(RefusalCode::QuantityExceeded, "Reste 0 boîte.")
    });
    let id = contradicted.hand_over.id;
    let mut app = after(
        app(),
        vec![Message::BaseAnswered, Message::OutboxListed(vec![contradicted])],
        "②⏎",
    );
    if let Some(reading) = reading {
        app.update(Message::ContradictionRead { id, reading });
    }
    press(&mut app, typed);
    app
}

/// What another pharmacy delivered before.
fn other_delivery() -> settling::Reading {
    let delivery = Delivery {
        stands_for: None,
        id: None,
        product: "CLAMOXYL 500 mg, gélule".into(),
        boxes: Boxes(2),
        standing: DeliveryStanding::Completed,
        pharmacy: "Pharmacie du Marché".into(),
        at: Some(minutes_ago(180)),
    };
    settling::Reading::Read(Contradiction {
        others: vec![(LineNumber(1), delivery)],
        source: ContradictionSource::Base,
    })
}

fn settling_scenes() -> Vec<Scene> {
    let nowhere = settling::Reading::Read(Contradiction {
        others: Vec::new(),
        source: ContradictionSource::Nowhere(DelayReason::NoAnswer),
    });
    let mut settled = entry(hand_over(3, 95), &PostState::Accepted);
    settled.states[0].1 = PostState::Conflict(refusal(RefusalCode::QuantityExceeded, ""));
    settled.settlement = Some(Settlement {
        choice: SettlementChoice::Kept,
        operator: settled.hand_over.operator.clone(),
        at: now(),
        reason: "deux boîtes de trop, Dr Martin prévenue".into(),
    });
    vec![
        scene("settling_reading", settling(None, "")),
        scene("settling", settling(Some(other_delivery()), "")),
        scene("settling_unread", settling(Some(nowhere), "")),
        scene(
            "settling_reason",
            settling(Some(other_delivery()), "1Dr Martin prévenue"),
        ),
        scene(
            "outbox_settled",
            after(
                app(),
                vec![Message::BaseAnswered, Message::OutboxListed(vec![settled])],
                "②",
            ),
        ),
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
        scene("register_search", register(vec![register_page()], "/dupont")),
        scene(
            "register_closed_same_disk",
            register(vec![register_page(), closed(true)], ""),
        ),
        scene(
            "register_closed",
            register(vec![register_page(), closed(false)], ""),
        ),
        scene(
            "register_altered",
            register(vec![register_page(), check(Some(RegisterNumber(4)))], "↓↓↓"),
        ),
        scene("register_searched", register_searched()),
        scene("register_day_open", register_day_open()),
        scene("register_proposed", register_proposed()),
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

fn reader_scenes() -> Vec<Scene> {
    const CUT: &str = "01034009338570421728093010AB";
    const IDENTITY: &str = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10";
    let tested = |messages: Vec<Message>| after(after(app(), vec![], "⑨"), messages, "");
    let read = |text: &str| comptoir::scan::what::read_text(text);
    let heard = |text: &str| Message::Scanned {
        text: text.into(),
        scanned: read(text).scanned,
    };
    let typed = |text: &str, ending| {
        Message::ScanTyped(Arrival {
            keys: text
                .chars()
                .map(|character| Some(Key::Character(character)))
                .collect(),
            ending,
            longest_pause: Duration::from_millis(12),
        })
    };
    let undone = |text: &str, place: usize| {
        let repair = read(text).repaired[place];
        Message::ScanRepaired {
            repair,
            mended: comptoir::scan::repair::mend(repair, text),
        }
    };
    let doubtful = "]d201034009338570421728093010AB12C21SN001";
    let damaged = "$déà&à\"'ààç\"\"_(èà'é&èé_àç\"à&àQB&éCé&SNàààààààààààà&";
    vec![
        scene("reader_test", tested(vec![])),
        scene(
            "reader_test_of_a_box",
            tested(vec![
                heard("]d201034009338570421728093010AB12C\u{1d}21SN0000000000001"),
                Message::ScanTyped(Arrival {
                    keys: "]d201034009338570421728093010AB12C"
                        .chars()
                        .map(|character| Some(Key::Character(character)))
                        .chain([Some(Key::Function(8))])
                        .chain(
                            "21SN0000000000001"
                                .chars()
                                .map(|character| Some(Key::Character(character))),
                        )
                        .collect(),
                    ending: Ending::Tab,
                    longest_pause: Duration::from_millis(63),
                }),
            ]),
        ),
        scene(
            "reader_test_repaired",
            tested(vec![
                heard(damaged),
                undone(damaged, 0),
                undone(damaged, 1),
                typed(damaged, Ending::Enter),
            ]),
        ),
        scene(
            "reader_test_of_a_code_in_pieces",
            tested(vec![
                Message::ScanFailed {
                    why: ScanFailure::Beginning,
                    reading: Some(Reading {
                        text: CUT.into(),
                        scanned: read(CUT).scanned,
                    }),
                },
                typed(CUT, Ending::Silence),
            ]),
        ),
        scene(
            "reader_test_without_num_lock",
            tested(vec![
                Message::ScanFailed {
                    why: ScanFailure::KeypadKeys,
                    reading: None,
                },
                Message::ScanTyped(Arrival {
                    keys: vec![
                        Some(Key::PageDown),
                        Some(Key::Left),
                        None,
                        None,
                        Some(Key::PageUp),
                    ],
                    ending: Ending::Enter,
                    longest_pause: Duration::from_millis(4),
                }),
            ]),
        ),
        scene(
            "reader_test_of_doubtful_separators",
            tested(vec![heard(doubtful), undone(doubtful, 0)]),
        ),
        scene(
            "reader_test_ambiguous",
            tested(vec![heard("à&à\"'ààç\"\"_(èà'é&èé_àç\"à&àqb&éc")]),
        ),
        scene(
            "reader_test_of_an_identity",
            tested(vec![heard(IDENTITY), typed(IDENTITY, Ending::Enter)]),
        ),
        scene(
            "reader_test_of_glued_codes",
            tested(vec![Message::ScannedTogether(
                comptoir::scan::glued::read_burst("01S2TBPZ2JCNZZYGHZ01K7M4QX2RT9WBHV6P")
                    .into_iter()
                    .map(|(text, reading)| Reading {
                        text,
                        scanned: reading.scanned,
                    })
                    .collect(),
            )]),
        ),
        scene(
            "reader_test_of_a_hostile_text",
            tested(vec![heard("\u{1b}[2J\u{1b}]0;titre\u{7}\u{202e}abc")]),
        ),
    ]
}

/// Every state of every screen.
pub(crate) fn scenes() -> Vec<Scene> {
    [
        counter_scenes(),
        paper_scenes(),
        prescription_scenes(),
        decision_scenes(),
        review_scenes(),
        done_scenes(),
        identified_scenes(),
        refused_scenes(),
        rule_scenes(),
        list_scenes(),
        settling_scenes(),
        crate::correction_scenes::correction_scenes(),
        crate::handwriting_scenes::handwriting_scenes(),
        crate::preparations::preparation_scenes(),
        reader_scenes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
