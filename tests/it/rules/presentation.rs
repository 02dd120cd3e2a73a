//! Three months to present, twelve to execute, one more month for what must not stop.

use comptoir::domain::finding::Severity;
use comptoir::domain::prescription::{LineKind, PrescriptionLine};
use jiff::civil::{Date, date};

use super::stage::*;

const LISTED: &[&str] = &["liste I"];

#[test]
fn a_listed_medicine_is_first_presented_within_three_months() {
    let listed = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    for (written_on, today, is_late) in [
        (date(2026, 2, 1), date(2026, 4, 30), false), // the last legal day
        (date(2026, 2, 1), date(2026, 5, 1), true),   // the day after
        (date(2025, 11, 30), date(2026, 2, 27), false),
        (date(2025, 11, 30), date(2026, 2, 28), true), // no 30 February: the month ends on the 28th
        (date(2027, 11, 29), date(2028, 2, 28), false),
        (date(2027, 11, 29), date(2028, 2, 29), true), // a leap year has a 29 February
        (date(2028, 2, 29), date(2028, 5, 28), false),
        (date(2028, 2, 29), date(2028, 5, 29), true),
    ] {
        let findings = remarks(&written(written_on, vec![line(30)]), &listed, today);
        assert_eq!(
            is_said(&findings, "first-presentation-late"),
            is_late,
            "{written_on} {today}"
        );
    }
    let findings = remarks(
        &written(date(2026, 2, 1), vec![line(30)]),
        &listed,
        date(2026, 5, 1),
    );
    let (severity, words) = said(&findings, "first-presentation-late");
    assert_eq!(severity, Severity::Blocking);
    for figure in ["01/02/2026", "30/04/2026", "01/05/2026", "1 jour de trop"] {
        assert!(words.contains(figure), "{words}");
    }
}

#[test]
fn what_was_presented_in_time_goes_on_until_twelve_months() {
    let listed = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let renewed = |line: PrescriptionLine| PrescriptionLine { repeats: 11, ..line };
    for (today, expected) in [
        (date(2026, 6, 1), None),
        (date(2027, 1, 31), None), // the last legal day
        (date(2027, 2, 1), Some("older-than-a-year")),
    ] {
        let presented = renewed(given(line(30), 1, "2026-02-10T09:00:00Z"));
        let findings = remarks(&written(date(2026, 2, 1), vec![presented]), &listed, today);
        let found = ["older-than-a-year", "first-presentation-late"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{today}");
    }
}

#[test]
fn what_is_not_listed_has_a_year_and_what_nobody_knows_is_looked_at() {
    let unlisted = [medicine(
        ORDERED,
        "PARACÉTAMOL",
        &["médicament soumis à prescription médicale"],
    )];
    let unknown = [medicine(ORDERED, "PARACÉTAMOL", &[])];
    let device = || PrescriptionLine {
        kind: LineKind::Device,
        ..line(30)
    };
    let on = date(2026, 2, 1);
    for (products, line, today, is_said_late) in [
        (&unlisted[..], line(30), date(2027, 1, 31), false),
        (&unlisted, line(30), date(2027, 2, 1), true),
        (&unknown, line(30), date(2026, 4, 30), false),
        (&unknown, line(30), date(2026, 5, 1), true),
        (&[], device(), date(2027, 1, 31), false),
        (&[], device(), date(2027, 2, 1), true),
    ] {
        let findings = remarks(&written(on, vec![line]), products, today);
        assert_eq!(
            is_said(&findings, "presentation-unverified"),
            is_said_late,
            "{today}"
        );
        let blocks = findings.iter().any(|f| f.severity() == Severity::Blocking);
        assert!(!blocks, "nothing forbids it: {findings:?}");
    }
}

#[test]
fn a_day_that_has_not_come_is_said() {
    let listed = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let prescription = written(date(2026, 11, 23), vec![line(30)]);
    let findings = remarks(&prescription, &listed, date(2026, 11, 22));
    assert!(
        said(&findings, "dated-ahead")
            .1
            .contains("au plus tôt le 23/11/2026")
    );
    assert!(!is_said(
        &remarks(&prescription, &listed, date(2026, 11, 23)),
        "dated-ahead"
    ));
}

/// Six months of treatment, three of them delivered, over since 28 February 2026.
fn over(line: PrescriptionLine) -> comptoir::domain::prescription::Prescription {
    let mut prescription = written(date(2025, 9, 1), vec![PrescriptionLine { repeats: 5, ..line }]);
    prescription.valid_until = Some(date(2026, 2, 28));
    prescription
}

#[test]
fn a_chronic_treatment_that_is_over_may_have_one_box_within_a_month() {
    let chronic = medicine(ORDERED, "ATORVASTATINE", LISTED);
    for (product, today, expected) in [
        (chronic.clone(), date(2026, 2, 28), None), // not over yet
        (chronic.clone(), date(2026, 3, 1), Some("exceptional-supply")),
        (chronic.clone(), date(2026, 3, 28), Some("exceptional-supply")), // the last legal day
        (chronic.clone(), date(2026, 3, 29), Some("prescription-expired")),
        (
            medicine(ORDERED, "SULFATE DE MORPHINE", &["stupéfiants"]),
            date(2026, 3, 1),
            Some("prescription-expired"),
        ),
        (
            medicine(ORDERED, "TRAMADOL", LISTED),
            date(2026, 3, 1),
            Some("prescription-expired"),
        ),
        (
            medicine(
                ORDERED,
                "ZOPICLONE",
                &["liste I", "prescription limitée à 4 semaines"],
            ),
            date(2026, 3, 1),
            Some("prescription-expired"),
        ),
        (
            medicine(ORDERED, "INCONNU", &[]),
            date(2026, 3, 1),
            Some("prescription-expired"),
        ),
    ] {
        let prescription = over(given(line(30), 3, "2025-09-02T09:00:00Z"));
        let findings = remarks(&prescription, std::slice::from_ref(&product), today);
        let found = ["exceptional-supply", "prescription-expired"]
            .into_iter()
            .find(|id| is_said(&findings, id));
        assert_eq!(found, expected, "{} {today}", product.name);
    }
}

#[test]
fn one_box_and_once() {
    let chronic = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let prescription = over(given(line(30), 3, "2025-09-02T09:00:00Z"));
    let today = date(2026, 3, 10);
    assert_eq!(
        ids(&handing(&prescription, &chronic, today, 1)),
        ["exceptional-supply"]
    );
    let two = handing(&prescription, &chronic, today, 2);
    assert_eq!(said(&two, "above-exceptional").0, Severity::Blocking);
    let again = over(given(
        given(line(30), 3, "2025-09-02T09:00:00Z"),
        1,
        "2026-03-02T09:00:00Z",
    ));
    let findings = handing(&again, &chronic, today, 1);
    assert_eq!(said(&findings, "prescription-expired").0, Severity::Blocking);
}

#[test]
fn a_short_or_unrenewable_treatment_stays_over() {
    let product = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    for (days, repeats, may) in [
        (28, 2, true),
        (27, 2, false),
        (84, 0, false),
        (30, 1, false),
        (42, 1, true),
    ] {
        let mut prescription = over(line(days));
        prescription.lines[0].repeats = repeats;
        let findings = remarks(&prescription, &product, date(2026, 3, 1));
        assert_eq!(
            is_said(&findings, "exceptional-supply"),
            may,
            "{days} × {repeats}"
        );
    }
}

#[test]
fn an_expired_line_blocks_alone_where_another_may_go_on() {
    let products = [
        medicine(ORDERED, "ATORVASTATINE", LISTED),
        medicine(OTHER, "AMOXICILLINE", LISTED),
    ];
    let mut prescription = over(line(30));
    prescription.lines.push(PrescriptionLine {
        number: comptoir::domain::identifiers::LineNumber(2),
        code: code(OTHER),
        ..line(6)
    });
    let findings = remarks(&prescription, &products, date(2026, 3, 1));
    let of = |id| {
        findings
            .iter()
            .find(|f| f.id() == id)
            .and_then(|f| f.line)
            .map(|line| line.0)
    };
    assert_eq!(
        (of("exceptional-supply"), of("prescription-expired")),
        (Some(1), Some(2))
    );
}

#[test]
fn a_prescription_used_up_and_over_says_what_paper_may_still_give() {
    let chronic = [medicine(ORDERED, "ATORVASTATINE", LISTED)];
    let prescription = over(given(line(30), 6, "2025-09-02T09:00:00Z"));
    for (today, is_offered) in [
        (date(2026, 2, 28), false),
        (date(2026, 3, 1), true),
        (date(2026, 3, 29), false),
    ] {
        let findings = remarks(&prescription, &chronic, today);
        assert!(is_said(&findings, "nothing-left"));
        assert_eq!(is_said(&findings, "exceptional-outside"), is_offered, "{today}");
    }
}

#[test]
fn a_contraceptive_goes_on_for_six_months_three_at_a_time() {
    let pill = [medicine(
        ORDERED,
        "LÉVONORGESTREL 0,150 mg + ÉTHINYLESTRADIOL 0,030 mg",
        LISTED,
    )];
    let mut prescription = over(line(28));
    for (today, is_offered) in [
        (date(2026, 3, 1), true),
        (date(2026, 8, 28), true), // the last legal day
        (date(2026, 8, 29), false),
    ] {
        let findings = remarks(&prescription, &pill, today);
        assert_eq!(is_said(&findings, "contraceptive-supply"), is_offered, "{today}");
    }
    let today = date(2026, 3, 1);
    assert!(!is_said(
        &handing(&prescription, &pill, today, 3),
        "above-exceptional"
    ));
    assert!(is_said(
        &handing(&prescription, &pill, today, 4),
        "above-exceptional"
    ));
    prescription.valid_until = Some(Date::constant(2026, 9, 15));
    let too_old = remarks(&prescription, &pill, date(2026, 9, 16));
    assert!(
        !is_said(&too_old, "contraceptive-supply"),
        "written more than a year before"
    );
}
