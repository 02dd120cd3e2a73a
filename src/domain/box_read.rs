//! The boxes in the hand, one by one, as their codes say them: what is handed over of one line may be of several lots.

use jiff::civil::Date;

use crate::domain::dispense::Supply;
use crate::domain::identifiers::{Boxes, Cip13, Lot, Serial};
use crate::domain::product::ProductCode;
use crate::domain::register::RegisterNumber;

/// One box, as its code says it.
#[derive(Clone, PartialEq, Eq)]
pub struct BoxRead {
    /// Its presentation: two boxes of one line may be of two sizes.
    pub cip13: Cip13,
    /// Its lot; a linear code says none.
    pub lot: Option<Lot>,
    /// The last day it may be used.
    pub expiry: Option<Date>,
    /// What makes it this one box; a medicine sold without prescription has none.
    pub serial: Option<Serial>,
}

impl BoxRead {
    /// Whether both are the same box: only a serial can tell.
    pub fn is_the_same_box(&self, other: &Self) -> bool {
        self.serial.is_some() && self.serial == other.serial && self.cip13 == other.cip13
    }

    /// What a register entry and a delivery at the base can name once.
    fn kind(&self) -> (&Cip13, Option<&Lot>, Option<Date>) {
        (&self.cip13, self.lot.as_ref(), self.expiry)
    }
}

/// A box in the hand that the register says has left the pharmacy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxGone {
    /// The box.
    pub read: BoxRead,
    /// The entry that says so.
    pub entry: RegisterNumber,
}

/// The lot that all these boxes are of, when they are of one.
pub fn common_lot(read: &[BoxRead]) -> Option<&Lot> {
    let (first, others) = read.split_first()?;
    let lot = first.lot.as_ref()?;
    others
        .iter()
        .all(|other| other.lot.as_ref() == Some(lot))
        .then_some(lot)
}

/// The day from which one of these boxes is too old.
pub fn earliest_expiry(read: &[BoxRead]) -> Option<Date> {
    read.iter().filter_map(|one| one.expiry).min()
}

impl Supply {
    /// The same boxes, one supply for each presentation, lot and last day, in the order in which they were read.
    ///
    /// Boxes counted by hand beside boxes of one kind are of that kind: the pharmacist says so. Beside several, nobody
    /// can tell, and they are told apart, without a lot.
    pub fn by_lot(self) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for one in &self.read {
            match parts.iter_mut().find(|part| part.read[0].kind() == one.kind()) {
                Some(part) => {
                    part.boxes = Boxes(part.boxes.0.saturating_add(1));
                    part.read.push(one.clone());
                }
                None => parts.push(Self {
                    code: ProductCode::Cip13(one.cip13.clone()),
                    label: self.label.clone(),
                    boxes: Boxes(1),
                    stands_for: None,
                    lot: one.lot.clone(),
                    expiry: one.expiry,
                    read: vec![one.clone()],
                }),
            }
        }
        let counted: Boxes = parts.iter().map(|part| part.boxes).sum();
        match &mut parts[..] {
            [] => return vec![self],
            // What was read never counts for more than what is handed over.
            [only] => only.boxes = self.boxes,
            _ if self.boxes > counted => parts.push(Self {
                boxes: self.boxes.less(counted),
                stands_for: None,
                lot: None,
                expiry: None,
                read: Vec::new(),
                ..self
            }),
            _ => {}
        }
        parts
    }

    /// The serials that were read, in their order.
    pub fn serials(&self) -> impl Iterator<Item = &Serial> {
        self.read.iter().filter_map(|one| one.serial.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{ORDERED, OTHER_BOX, cip13, supply};

    fn read(code: &str, lot: &str, serial: &str) -> BoxRead {
        let ProductCode::Cip13(cip13) = cip13(code) else {
            unreachable!("a presentation")
        };
        BoxRead {
            cip13,
            lot: lot.parse().ok(),
            expiry: "2028-06-30".parse().ok(),
            serial: serial.parse().ok(),
        }
    }

    /// Presentation, boxes, lot and serials of each part.
    type Parts<'a> = &'a [(&'a str, u16, Option<&'a str>, &'a [&'a str])];

    #[test]
    #[expect(clippy::too_many_lines, reason = "one row per hand, read as a table")]
    fn boxes_are_told_apart_by_presentation_and_lot_and_all_of_them_are_counted() {
        let a = |serial| read(ORDERED, "A1", serial);
        let b = |serial| read(ORDERED, "B2", serial);
        let unread = || read(ORDERED, "", "");
        let cases: &[(&str, Vec<BoxRead>, u16, Parts)] = &[
            ("none was read", vec![], 3, &[(ORDERED, 3, None, &[])]),
            (
                "each was read",
                vec![a("1"), a("2")],
                2,
                &[(ORDERED, 2, Some("A1"), &["1", "2"])],
            ),
            (
                "one stands for all",
                vec![a("1")],
                3,
                &[(ORDERED, 3, Some("A1"), &["1"])],
            ),
            (
                "two lots",
                vec![a("1"), b("2"), a("3")],
                3,
                &[
                    (ORDERED, 2, Some("A1"), &["1", "3"]),
                    (ORDERED, 1, Some("B2"), &["2"]),
                ],
            ),
            (
                "two lots, and a box that nobody read",
                vec![a("1"), b("2")],
                3,
                &[
                    (ORDERED, 1, Some("A1"), &["1"]),
                    (ORDERED, 1, Some("B2"), &["2"]),
                    (ORDERED, 1, None, &[]),
                ],
            ),
            (
                "a linear code beside a full one",
                vec![a("1"), unread()],
                2,
                &[(ORDERED, 1, Some("A1"), &["1"]), (ORDERED, 1, None, &[])],
            ),
            (
                "two sizes",
                vec![a("1"), read(OTHER_BOX, "A1", "2")],
                2,
                &[
                    (ORDERED, 1, Some("A1"), &["1"]),
                    (OTHER_BOX, 1, Some("A1"), &["2"]),
                ],
            ),
        ];
        for (what, read, boxes, expected) in cases {
            let whole = Supply {
                read: read.clone(),
                ..supply(cip13(ORDERED), *boxes)
            };
            let parts = whole.by_lot();
            let told: Vec<_> = parts
                .iter()
                .map(|part| {
                    let serials: Vec<&str> = part.serials().map(Serial::as_str).collect();
                    (
                        part.code.code(),
                        part.boxes.0,
                        part.lot.as_ref().map(Lot::as_str),
                        serials,
                    )
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(code, boxes, lot, serials)| (*code, *boxes, *lot, serials.to_vec()))
                .collect();
            assert_eq!(told, expected, "{what}");
        }
    }

    #[test]
    fn only_a_serial_tells_that_two_scans_are_of_one_box() {
        for (one, other, same) in [
            (read(ORDERED, "A1", "1"), read(ORDERED, "A1", "1"), true),
            (read(ORDERED, "A1", "1"), read(ORDERED, "", "1"), true),
            (read(ORDERED, "A1", "1"), read(ORDERED, "A1", "2"), false),
            (read(ORDERED, "A1", "1"), read(OTHER_BOX, "A1", "1"), false),
            (read(ORDERED, "A1", ""), read(ORDERED, "A1", ""), false),
        ] {
            assert_eq!(one.is_the_same_box(&other), same);
        }
    }
}
