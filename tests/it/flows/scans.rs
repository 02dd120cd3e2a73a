//! Scans, files and typed numbers: each goes where it belongs, from every screen.

use std::path::PathBuf;

use comptoir::app::desk::{Notice, Taken};
use comptoir::app::message::{ConsultFailure, FileAnswer, Message, ReadFailure, Reading};
use comptoir::app::screen::Screen;
use comptoir::app::{App, Effect, Key};
use comptoir::domain::identifiers::{Boxes, LineNumber};
use comptoir::domain::outbox::DelayReason;
use comptoir::domain::prescription::Prescription;
use comptoir::domain::scanned::{Country, Repair, Scanned};
use jiff::civil::{Date, date};

use crate::samples::*;

use super::*;

/// A terminal on each screen that holds no work, by the name of the screen.
fn screens_without_work() -> Vec<(&'static str, App)> {
    let reached = |mut app: App, messages: Vec<Message>, typed: &str| {
        for message in messages {
            app.update(message);
        }
        press(&mut app, typed);
        app
    };
    let unread = Message::FileUnread {
        path: "x.png".into(),
        why: ReadFailure::Damaged,
    };
    let mut done = serving(prescription());
    let effects = press(&mut done, "⏎⏎");
    done.update(recorded(&effects));
    vec![
        ("counter", app()),
        ("typing", reached(app(), vec![], "01s2")),
        ("number_doubt", reached(app(), vec![], "01S2TBPZ2JCNZZYGHO⏎")),
        ("consulting", reached(app(), vec![scan(NUMBER)], "")),
        ("prescription", serving(prescription())),
        ("outbox", reached(app(), vec![], "②")),
        ("register", reached(app(), vec![], "③")),
        ("help", reached(app(), vec![], "?")),
        ("identified", reached(app(), vec![text("x", Scanned::Text)], "")),
        ("refused", reached(app(), vec![unread], "")),
        ("done", done),
    ]
}

#[test]
fn a_scan_opens_its_prescription_from_every_screen_without_work() {
    for (name, mut app) in screens_without_work() {
        let effects = app.update(scan(OTHER_NUMBER));
        assert!(
            effects.contains(&Effect::Consult(number(OTHER_NUMBER))),
            "{name}: {effects:?}"
        );
        assert_eq!(app.screen().name(), "consulting", "{name}");
        let gave_back = effects.contains(&Effect::GiveHoldBack(number(NUMBER)));
        assert_eq!(gave_back, name == "prescription", "{name}");
    }
}

#[test]
fn a_scan_over_unsaved_work_asks_once_and_staying_is_the_easy_answer() {
    for typed in ["1c", "1s1", "1→", "2n", "⏎"] {
        let mut app = serving(prescription());
        press(&mut app, typed);
        let before = app.screen().name();
        assert!(app.update(scan(OTHER_NUMBER)).is_empty(), "{typed}");
        assert_eq!(app.screen().name(), "leaving", "{typed}");
        press(&mut app, "⏎");
        assert_eq!(app.screen().name(), before, "{typed}: Enter keeps the work");
        app.update(scan(OTHER_NUMBER));
        let effects = press(&mut app, "q");
        assert_eq!(names(&effects), ["GiveHoldBack", "Consult", "WakeAt"], "{typed}");
    }
}

#[test]
fn the_prescription_on_the_screen_scanned_again_changes_nothing() {
    let mut app = serving(prescription());
    press(&mut app, "1c");
    assert!(app.update(scan(NUMBER)).is_empty());
    assert_eq!(app.screen().name(), "prescription");
    let serving = app.screen().serving().unwrap();
    assert_eq!(serving.forms.len(), 1);
}

#[test]
fn what_is_not_a_prescription_is_explained_and_leads_back() {
    for scanned in [
        Scanned::Text,
        Scanned::Url,
        Scanned::FileName,
        Scanned::ForeignPrescription(Country::Germany),
        Scanned::Ins(None),
    ] {
        let mut app = app();
        assert!(app.update(text("x", scanned)).is_empty());
        assert_eq!(app.screen().name(), "identified");
        app.update(text("y", Scanned::Text));
        press(&mut app, "⎋");
        assert_eq!(app.screen().name(), "counter", "one explanation at a time");
    }
}

#[test]
fn the_identity_of_the_patient_is_compared() {
    let mut app = serving(prescription());
    app.update(text("IS01", identity(patient().ins)));
    assert_eq!(
        app.screen().name(),
        "prescription",
        "the right patient is only news"
    );
    app.update(text("IS01", identity(Some(ins("1850675056001")))));
    assert_eq!(
        app.screen().name(),
        "identified",
        "another patient stops the work"
    );
}

#[test]
fn a_text_pasted_where_words_are_typed_goes_there() {
    let mut app = serving(prescription());
    press(&mut app, "2n9");
    app.update(text("vu avec le prescripteur\r\n", Scanned::Text));
    press(&mut app, "⏎⏎");
    let effects = press(&mut app, "⏎");
    assert_eq!(proposal(&effects).decisions[1].note, "vu avec le prescripteur");
}

#[test]
fn a_name_pasted_in_the_search_is_searched() {
    let mut app = serving(prescription());
    press(&mut app, "1s/");
    let effects = app.update(text("clamoxyl\r", Scanned::Text));
    assert_eq!(effects, vec![Effect::SearchCatalogue("clamoxyl".into())]);
    assert_eq!(app.screen().name(), "decision");
}

#[test]
fn a_box_ticks_its_line_from_every_screen_over_the_work_in_progress() {
    let remark = text("x", Scanned::Text);
    let screens: [(&str, Option<Message>, &str); 7] = [
        ("prescription", None, ""),
        ("review", None, "⏎"),
        ("outbox", None, "②"),
        ("register", None, "③"),
        ("help", None, "?"),
        ("identified", Some(remark), ""),
        ("leaving", None, "2c⎋"),
    ];
    for (name, message, typed) in screens {
        let mut app = serving(prescription());
        if let Some(message) = message {
            app.update(message);
        }
        press(&mut app, typed);
        assert_eq!(app.screen().name(), name);
        assert!(app.update(scanned_box(PARACETAMOL, "A1")).is_empty(), "{name}");
        assert_eq!(app.screen().name(), "prescription", "{name}");
        let form = app.screen().serving().unwrap().form(LineNumber(2)).unwrap();
        assert_eq!(form.lot.as_ref().unwrap().as_str(), "A1", "{name}");
    }
}

#[test]
fn files_are_read_wherever_they_come_from() {
    let path = PathBuf::from("/tmp/été.png");
    let mut app = app();
    let typed = "/tmp/été.png⏎";
    assert_eq!(press(&mut app, typed), vec![Effect::ReadFile(path.clone())]);
    assert_eq!(
        app.update(Message::FilesDropped(vec![path.clone()])),
        vec![Effect::ReadFile(path.clone())]
    );
    let ins_code = Reading {
        text: "IS01".into(),
        scanned: Scanned::Ins(None),
    };
    let sheet = Reading {
        text: NUMBER.into(),
        scanned: Scanned::Prescription(number(NUMBER)),
    };
    let effects = app.update(Message::FileRead {
        path,
        readings: vec![ins_code, sheet.clone(), sheet],
    });
    assert_eq!(
        names(&effects),
        ["Consult", "WakeAt"],
        "one prescription, its other codes aside"
    );
}

#[test]
fn escape_gives_up_the_reading_that_is_shown_and_nothing_else() {
    let dropped: [&[&str]; 2] = [&["/tmp/a.png"], &["/tmp/a.png", "/tmp/b.png"]];
    for paths in dropped {
        let mut app = app();
        app.update(Message::FilesDropped(paths.iter().map(PathBuf::from).collect()));
        let escape = || Message::KeyPressed(Key::Escape);
        assert_eq!(app.update(escape()), [Effect::GiveReadingUp]);
        assert_eq!(app.desk().notice, Some(Notice::ReadingGivenUp));
        assert_eq!(app.update(escape()), []);
        assert_eq!(app.desk().notice, None);
    }
}

#[test]
fn files_dropped_together_are_one_scan() {
    let sheet = |text: &str| {
        Ok(vec![Reading {
            text: text.into(),
            scanned: Scanned::Prescription(number(text)),
        }])
    };
    let (empty, unread) = (|| Ok(Vec::new()), || Err(ReadFailure::TooLarge));
    let partly = |unread| Some(Notice::FilesWithoutCode { unread, count: 2 });
    for (answers, screen, notice) in [
        ([sheet(NUMBER), sheet(NUMBER)], "consulting", None),
        ([sheet(NUMBER), sheet(OTHER_NUMBER)], "identified", None),
        ([empty(), sheet(NUMBER)], "consulting", partly(1)),
        ([unread(), empty()], "refused", partly(2)),
    ] {
        let mut app = app();
        let paths: Vec<PathBuf> = vec!["/tmp/a.png".into(), "/tmp/b.png".into()];
        assert_eq!(
            app.update(Message::FilesDropped(paths.clone())),
            vec![Effect::ReadFiles(paths.clone())]
        );
        assert_eq!(app.desk().notice, Some(Notice::ReadingFiles(2)));
        let files = paths.into_iter().zip(answers);
        let files = files.map(|(path, answer)| FileAnswer { path, answer });
        app.update(Message::FilesRead(files.collect()));
        assert_eq!(app.screen().name(), screen);
        assert_eq!(app.desk().notice, notice, "on {screen}");
    }
}

#[test]
fn several_prescriptions_on_one_picture_are_asked() {
    let mut app = app();
    let readings = [NUMBER, OTHER_NUMBER].map(|text| Reading {
        text: text.into(),
        scanned: Scanned::Prescription(number(text)),
    });
    assert!(
        app.update(Message::FileRead {
            path: "x.png".into(),
            readings: readings.into(),
        })
        .is_empty()
    );
    assert!(press(&mut app, "9").is_empty());
    let effects = press(&mut app, "2");
    assert!(effects.contains(&Effect::Consult(number(OTHER_NUMBER))));
}

#[test]
fn a_file_that_says_nothing_is_refused_over_the_work_in_progress() {
    for message in [
        Message::FileRead {
            path: "x.png".into(),
            readings: Vec::new(),
        },
        Message::FileUnread {
            path: "x.png".into(),
            why: ReadFailure::TooLarge,
        },
    ] {
        let mut app = serving(prescription());
        press(&mut app, "1c");
        app.update(message);
        assert_eq!(app.screen().name(), "refused");
        assert_eq!(
            names(&press(&mut app, "r")),
            ["ReadFile"],
            "it can be tried again"
        );
        assert_eq!(app.screen().serving().unwrap().forms.len(), 1);
    }
}

#[test]
fn a_number_is_typed_as_people_write_it_and_doubts_are_asked() {
    for (typed, effects, screen) in [
        ("01 s2tb-pz2j cnzz yghz⏎", vec!["Consult", "WakeAt"], "consulting"),
        ("01S2TBPZ2JCNZZYGHO⏎", vec![], "number_doubt"),
        ("01S2TBPZ2JCNZZYGHO⏎⏎", vec![], "number_doubt"),
        ("01S2TBPZ2JCNZZYGHO⏎1", vec!["Consult", "WakeAt"], "consulting"),
        ("01S2TBPZ2JCNZZYGHO⏎⎋", vec![], "counter"),
        ("01S2⏎", vec![], "counter"),
        ("⏎", vec![], "counter"),
    ] {
        let mut app = app();
        assert_eq!(names(&press(&mut app, typed)), effects, "{typed}");
        assert_eq!(app.screen().name(), screen, "{typed}");
    }
    let mut app = app();
    let effects = press(&mut app, "01S2TBPZ2JCNZZYGHO⏎1");
    assert!(effects.contains(&Effect::Consult(number("01S2TBPZ2JCNZZYGH0"))));
    let mut app = crate::samples::app();
    let effects = press(&mut app, "01S2TBPZ2JCNZZYGHO⏎2");
    assert!(effects.contains(&Effect::Consult(number("01S2TBPZ2JCNZZYGHO"))));
}

#[test]
fn scans_that_came_glued_go_where_each_belongs() {
    let read = |text: &str, scanned| Reading {
        text: text.into(),
        scanned,
    };
    let prescription = |number_text: &str| read(number_text, Scanned::Prescription(number(number_text)));

    let mut twice = app();
    let effects = twice.update(Message::ScannedTogether(vec![
        prescription(NUMBER),
        prescription(NUMBER),
    ]));
    let consulted = names(&effects).iter().filter(|name| **name == "Consult").count();
    assert_eq!(consulted, 1, "a trigger pulled twice opens once");

    let mut two = app();
    let effects = two.update(Message::ScannedTogether(vec![
        prescription(NUMBER),
        prescription(OTHER_NUMBER),
    ]));
    assert!(effects.is_empty(), "which of the two is for the person to say");
    assert_eq!(two.screen().name(), "identified");
    let effects = press(&mut two, "2");
    assert!(
        effects.contains(&Effect::Consult(number(OTHER_NUMBER))),
        "{effects:?}"
    );
}

#[test]
fn while_the_reader_is_tested_a_scan_opens_nothing() {
    for (name, mut app) in screens_without_work() {
        press(&mut app, "⑨");
        if app.screen().name() != "reader_test" {
            continue;
        }
        assert!(app.update(scan(OTHER_NUMBER)).is_empty(), "{name}");
        // The Enter of a slow reader, and whatever it may send: Escape alone closes it.
        press(&mut app, "⏎⑨n");
        assert_eq!(app.screen().name(), "reader_test", "{name}");
        press(&mut app, "⎋");
        assert_eq!(
            app.screen().name(),
            if name == "typing" { "counter" } else { name }
        );
    }
}

#[test]
fn the_reader_s_test_opens_where_a_scan_was_not_understood() {
    for name in ["counter", "prescription", "identified"] {
        let (_, mut app) = screens_without_work()
            .into_iter()
            .find(|(known, _)| *known == name)
            .unwrap();
        press(&mut app, "⑨");
        assert_eq!(app.screen().name(), "reader_test", "from {name}");
    }
}

/// A text in a code is never opened, not even when it is the path of a file: only what a person typed, pasted or dropped is.
#[test]
fn a_path_in_a_picture_s_code_is_shown_and_not_read() {
    let text = "/home/claire/ordonnance.png";
    let reading = || {
        vec![Reading {
            text: text.into(),
            scanned: Scanned::Text,
        }]
    };
    for message in [
        Message::FileRead {
            path: "x.png".into(),
            readings: reading(),
        },
        Message::FrameRead(reading()),
    ] {
        let mut app = app();
        assert!(app.update(message).is_empty());
        assert_eq!(app.screen().name(), "identified");
    }
}

#[test]
fn what_a_camera_sees_goes_where_a_scan_would_and_the_reader_s_test_only_shows_it() {
    let sheet = || {
        vec![
            Reading {
                text: "IS01".into(),
                scanned: Scanned::Ins(None),
            },
            Reading {
                text: NUMBER.into(),
                scanned: Scanned::Prescription(number(NUMBER)),
            },
        ]
    };
    let mut app = app();
    press(&mut app, "⑨");
    assert!(app.update(Message::FrameRead(sheet())).is_empty());
    assert!(
        app.update(Message::FileRead {
            path: "x.png".into(),
            readings: sheet()
        })
        .is_empty()
    );
    assert_eq!(app.screen().name(), "reader_test");
    press(&mut app, "⎋");
    assert_eq!(
        names(&app.update(Message::FrameRead(sheet()))),
        ["Consult", "WakeAt"]
    );
}

/// What had to be undone never covers that nothing was ticked.
#[test]
fn what_was_undone_is_said_after_a_box_that_was_ticked_and_not_after_one_that_was_not() {
    let news_after = |expiry: Option<Date>| {
        let mut app = serving(prescription());
        let Message::Scanned {
            text,
            scanned: Scanned::Box(mut read),
        } = scanned_box(AMOXICILLIN, "A12")
        else {
            unreachable!("a box")
        };
        read.expiry = expiry;
        app.update(Message::Scanned {
            text,
            scanned: Scanned::Box(read),
        });
        app.update(Message::ScanRepaired {
            repair: Repair::Azerty,
            mended: None,
        });
        app.update(Message::ScanRepaired {
            repair: Repair::DoubtfulSeparators,
            mended: None,
        });
        app.desk().notice.clone()
    };
    assert_eq!(
        news_after(None),
        Some(Notice::ScanRepaired(Repair::DoubtfulSeparators))
    );
    let too_old = date(2026, 1, 31);
    assert_eq!(news_after(Some(too_old)), Some(Notice::BoxExpired(too_old)));
}

fn reading_of(message: Message) -> Reading {
    match message {
        Message::Scanned { text, scanned } => Reading { text, scanned },
        _ => unreachable!("a scan"),
    }
}

#[test]
fn boxes_that_come_before_their_prescription_wait_for_it_and_tick_their_lines() {
    let number_scan = || reading_of(scan(NUMBER));
    let a_box = || reading_of(scanned_box(AMOXICILLIN, "A12"));
    for burst in [vec![number_scan(), a_box()], vec![a_box(), number_scan()]] {
        let mut app = app();
        let effects = app.update(Message::ScannedTogether(burst));
        assert!(effects.contains(&Effect::Consult(number(NUMBER))));
        assert_eq!(
            app.screen().name(),
            "consulting",
            "nothing false is said meanwhile"
        );
        assert_eq!(app.desk().notice, Some(Notice::BoxesEarly(Taken::Later, 1)));
        app.update(consulted(prescription()));
        assert_eq!(app.screen().name(), "prescription");
        assert_eq!(
            app.desk().notice,
            Some(Notice::BoxCounted(LineNumber(1), 1, Boxes(2)))
        );
    }
}

#[test]
fn a_box_that_no_line_answers_is_explained_whatever_ticks_behind_it() {
    let others = ["340093009135", "340093009137"];
    for count in [1, 2] {
        let mut boxes: Vec<Reading> = others[..count]
            .iter()
            .map(|cip13| reading_of(scanned_box(cip13, "X")))
            .collect();
        boxes.push(reading_of(scanned_box(AMOXICILLIN, "A12")));
        let mut app = app();
        boxes.push(reading_of(scan(NUMBER)));
        app.update(Message::ScannedTogether(boxes));
        app.update(consulted(prescription()));
        let Screen::Identified(explained) = app.screen() else {
            panic!("{} is shown", app.screen().name());
        };
        assert_eq!(explained.readings.len(), count);
        let ticked = Notice::BoxCounted(LineNumber(1), 1, Boxes(2));
        assert_eq!(app.desk().notice, Some(ticked));
    }
}

#[test]
fn boxes_whose_prescription_does_not_come_are_said_not_to_be_taken() {
    let failed = || Message::ConsultFailed {
        number: number(NUMBER),
        why: ConsultFailure::Base(DelayReason::Unreachable),
    };
    for (how, answer) in [("failed", Some(failed())), ("given up", None)] {
        let mut app = app();
        app.update(scan(NUMBER));
        app.update(scanned_box(AMOXICILLIN, "A12"));
        match answer {
            Some(answer) => drop(app.update(answer)),
            None => drop(press(&mut app, "⎋")),
        }
        assert_eq!(
            app.desk().notice,
            Some(Notice::BoxesEarly(Taken::Never, 1)),
            "{how}"
        );
    }
}

#[test]
fn two_boxes_in_a_picture_each_tick_their_line() {
    let mut app = serving(prescription());
    let codes = vec![
        reading_of(scanned_box(AMOXICILLIN, "A12")),
        reading_of(scanned_box(AMOXICILLIN, "B7")),
    ];
    app.update(Message::FileRead {
        path: "x.png".into(),
        readings: codes,
    });
    assert_eq!(app.screen().name(), "prescription");
    assert_eq!(app.screen().serving().unwrap().forms.len(), 1);
}

#[test]
fn what_was_undone_in_a_box_that_waited_is_said_once_it_has_ticked() {
    let mut app = app();
    let burst = vec![reading_of(scan(NUMBER)), reading_of(scanned_box(AMOXICILLIN, ""))];
    app.update(Message::ScannedTogether(burst));
    let doubtful = Repair::DoubtfulSeparators;
    app.update(Message::ScanRepaired {
        repair: doubtful,
        mended: None,
    });
    app.update(consulted(prescription()));
    assert_eq!(app.desk().notice, Some(Notice::ScanRepaired(doubtful)));
}

#[test]
fn a_box_waits_for_the_prescription_asked_for_and_for_no_other() {
    let mut app = app();
    app.update(scan(NUMBER));
    app.update(scanned_box(AMOXICILLIN, "A12"));
    app.update(scan(OTHER_NUMBER));
    app.update(Message::Consulted(Box::new(consultation_of(Prescription {
        number: number(OTHER_NUMBER),
        ..prescription()
    }))));
    let serving = app.screen().serving().unwrap();
    assert!(serving.forms.is_empty(), "the box was of the other one");
}

#[test]
fn what_came_with_a_number_waits_for_the_answer_about_unsaved_work() {
    let mut app = serving(prescription());
    press(&mut app, "2n");
    let burst = vec![
        reading_of(scan(OTHER_NUMBER)),
        reading_of(scanned_box(AMOXICILLIN, "A12")),
    ];
    app.update(Message::ScannedTogether(burst));
    assert_eq!(app.screen().name(), "leaving");
    press(&mut app, "⏎");
    let serving = app.screen().serving().unwrap();
    assert_eq!(serving.forms.len(), 0, "the box ticked nothing of the work kept");
}

#[test]
fn a_piece_of_a_number_goes_on_the_one_being_typed() {
    let mut app = app();
    press(&mut app, "01S2");
    assert!(app.update(text("TBPZ2J", Scanned::Text)).is_empty());
    assert_eq!(app.screen().name(), "counter");
    let effects = press(&mut app, "CNZZYGHZ⏎");
    assert!(effects.contains(&Effect::Consult(number("01S2TBPZ2JCNZZYGHZ"))));
}

#[test]
fn what_begins_no_number_is_explained_at_the_counter() {
    let long = "01".repeat(1500);
    for (typed, found, scanned) in [
        ("", "Hello :)", Scanned::Text),
        ("", "MOREAU", Scanned::Text),
        ("", "01S2TBP\r", Scanned::Text),
        ("", long.as_str(), Scanned::Text),
        ("01S2TBPZ2JCNZZYG", "HZ9", Scanned::Text),
        ("", "01é", Scanned::Text),
        ("", "/home/claire/feuille.png", Scanned::FileName),
        ("", "https://exemple.fr/", Scanned::Url),
    ] {
        let mut app = app();
        press(&mut app, typed);
        app.update(text(found, scanned));
        assert_eq!(app.screen().name(), "identified", "{found:?}");
    }
}

#[test]
fn words_pasted_go_to_the_search_of_the_register_and_to_the_reason_of_a_settling() {
    let mut app = app();
    press(&mut app, "③/");
    let effects = app.update(text("lefèvre\r", Scanned::Text));
    assert_eq!(names(&effects), ["SearchRegister"]);
    app.update(text("https://exemple.fr/", Scanned::Url));
    assert_eq!(app.screen().name(), "identified");

    let mut app = crate::scenes::settling(None, "1");
    app.update(text("vu avec la pharmacie du marché", Scanned::Text));
    let effects = press(&mut app, "⏎");
    assert!(
        matches!(&effects[..], [Effect::Settle(request)] if request.reason == "vu avec la pharmacie du marché"),
        "{effects:?}"
    );

    let mut app = crate::scenes::settling(None, "1");
    app.update(text(&"A".repeat(3000), Scanned::Text));
    assert_eq!(app.screen().name(), "identified", "nobody's words are that long");
}
