//! A month at a time, twelve weeks of a contraceptive, a long pack whole.

use comptoir::domain::identifiers::Boxes;
use comptoir::domain::prescription::PrescriptionLine;
use jiff::civil::date;

use super::stage::*;

fn of(boxes: u16, days: u16) -> PrescriptionLine {
    PrescriptionLine {
        boxes: Some(Boxes(boxes)),
        ..line(days)
    }
}

#[test]
fn a_listed_medicine_is_given_for_a_month() {
    let listed: &[&str] = &["liste I"];
    let pill = "LÉVONORGESTREL 0,150 mg + ÉTHINYLESTRADIOL 0,030 mg";
    for (substance, labels, line, boxes, is_above) in [
        ("ATORVASTATINE", listed, of(1, 30), 1, false),
        ("ATORVASTATINE", listed, of(3, 90), 1, false),
        ("ATORVASTATINE", listed, of(3, 90), 2, true),
        ("ATORVASTATINE", listed, of(3, 84), 1, false),
        ("ATORVASTATINE", listed, of(3, 84), 2, false), // 28 days are less than a month: two boxes begin it
        ("ATORVASTATINE", listed, of(3, 84), 3, true),
        ("ATORVASTATINE", listed, of(1, 90), 1, false), // a long pack is not cut
        ("ATORVASTATINE", listed, of(2, 31), 2, false),
        (
            "MÉDICAMENT",
            &["médicament soumis à prescription médicale"],
            of(3, 90),
            3,
            false,
        ),
        ("MÉDICAMENT", &[], of(3, 90), 3, false),
        (pill, listed, of(3, 84), 3, false), // twelve weeks
        (pill, listed, of(4, 112), 3, false),
        (pill, listed, of(4, 112), 4, true),
    ] {
        let product = [medicine(ORDERED, substance, labels)];
        let case = format!("{substance} {:?} × {:?}: {boxes}", line.boxes, line.days);
        let on = date(2026, 2, 1);
        let findings = handing(&written(on, vec![line]), &product, on, boxes);
        assert_eq!(is_said(&findings, "above-a-month"), is_above, "{case}");
    }
    let product = [medicine(ORDERED, "ATORVASTATINE", listed)];
    let on = date(2026, 2, 1);
    let words = said(
        &handing(&written(on, vec![of(3, 90)]), &product, on, 3),
        "above-a-month",
    )
    .1;
    for part in ["90 jours", "30 au plus", "1 boîte", "03/03/2026"] {
        assert!(words.contains(part), "{words}");
    }
}

#[test]
fn a_pack_of_three_months_says_when_the_next_is_due() {
    let product = [medicine(ORDERED, "LÉVOTHYROXINE", &["liste II"])];
    let on = date(2026, 11, 30);
    for (line, is_long) in [
        (of(1, 90), true),
        (of(1, 84), true),
        (of(1, 31), false),
        (of(3, 90), false),
    ] {
        let findings = remarks(&written(on, vec![line]), &product, on);
        assert_eq!(is_said(&findings, "long-pack"), is_long);
    }
    let words = said(&remarks(&written(on, vec![of(1, 90)]), &product, on), "long-pack").1;
    assert!(
        words.contains("90 jours") && words.contains("28/02/2027"),
        "{words}"
    );
}
