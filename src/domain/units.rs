//! Boxes of one size for boxes of another: units are compared, so that what is left of a line stays exact.

use crate::domain::dispense::Supply;
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::{BoxContent, GenericRole, KnownProducts, MarketingState, Product, ProductCode};
use crate::domain::regime::Regime;
use crate::domain::rules;
use crate::domain::share::Share;
use crate::domain::substitution::SubstitutionBasis;

/// What boxes of another size are, counted in the boxes ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What each part of the supply stands for, in the order of [`Supply::by_lot`].
    pub parts: Vec<Share>,
    /// What all of it stands for.
    pub stands_for: Share,
    /// What is handed over, in thousandths of a unit.
    pub given: u64,
    /// What one box ordered holds, in thousandths of a unit.
    pub of_one: u64,
    /// The unit, in the singular.
    pub unit: String,
}

/// What one unit of these swallowed forms is called when a capsule replaces a tablet.
const SWALLOWED: &[&str] = &[
    "cachet",
    "capsule",
    "comprimé",
    "dragée",
    "gélule",
    "lyophilisat",
    "pilule",
    "unité",
];

/// What a box of each holds in thousandths, and of what.
///
/// Containers of one content are counted. Where contents differ, only those of one speciality are measured: as many
/// millilitres of another product may be twice the dose.
fn amounts<'p>(ordered: &'p Product, given: &'p Product) -> Option<[(u64, &'p str); 2]> {
    let contents = [
        ordered.published.content.as_ref()?,
        given.published.content.as_ref()?,
    ];
    if contents[0].each == contents[1].each {
        return Some(contents.map(|content| (u64::from(content.count.get()) * 1_000, content.unit.as_str())));
    }
    let measured = |content: &'p BoxContent| {
        let each = content.each.as_ref()?;
        let amount = u64::from(content.count.get()).checked_mul(each.thousandths)?;
        Some((amount, each.unit.as_str()))
    };
    let is_one_speciality = ordered.cis == given.cis;
    Some([measured(contents[0])?, measured(contents[1])?]).filter(|_| is_one_speciality)
}

fn is_one_unit(one: &str, other: &str) -> bool {
    one == other || (SWALLOWED.contains(&one) && SWALLOWED.contains(&other))
}

/// Whether a unit of one is a unit of the other: the same speciality, or a substitute of the same strength.
fn have_like_units(ordered: &Product, given: &Product) -> bool {
    if ordered.cis == given.cis {
        return true;
    }
    // A generic by complement of dosage has another strength: its units say nothing of those ordered.
    let is_complement = |product: &Product| {
        let roles = &product.published.generic_roles;
        roles.iter().any(|(_, role)| *role == GenericRole::Complementary)
    };
    SubstitutionBasis::between(ordered, given).is_some() && !is_complement(ordered) && !is_complement(given)
}

/// How near a whole number of boxes, in hundredths, boxes of another size are taken for that number: a box of 28 is
/// given for one of 30, and one of 84 for three.
const NEAR: u64 = 10;

/// What one box of so many units stands for: boxes of almost the same size one for one, all others by their units.
fn share(one: u64, of_one: u64) -> Option<Share> {
    let nearest = |whole: u64, part: u64| (whole + part / 2) / part;
    let is_near = |whole: u64, multiple: u64| {
        whole.abs_diff(multiple).saturating_mul(100) <= multiple.saturating_mul(NEAR)
    };
    if one >= of_one {
        let times = nearest(one, of_one);
        if is_near(one, times.checked_mul(of_one)?) {
            return Share::new(times, 1);
        }
    } else if one > 0 {
        let times = nearest(of_one, one);
        if is_near(of_one, times.checked_mul(one)?) {
            return Share::new(1, times);
        }
    }
    Share::new(one, of_one)
}

/// Compares the units of a supply with those of the boxes ordered. `None` where every box holds as much as one
/// ordered, and where nobody can tell: boxes are then counted one for one.
pub fn compared(
    line: &PrescriptionLine,
    supply: &Supply,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Option<Comparison> {
    // A speciality has no size: any of its boxes is one ordered.
    let ProductCode::Cip13(_) = &line.code else {
        return None;
    };
    let ordered = product(&line.code)?;
    let mut compared_in: Option<(u64, String)> = None;
    let mut given = 0_u64;
    let mut stands_for = Share::from(Boxes::ZERO);
    let mut is_other = false;
    let mut parts = Vec::new();
    for part in supply.clone().by_lot() {
        let product = product(&part.code).filter(|product| have_like_units(&ordered, product))?;
        let [(of_one, unit), (one, of)] = amounts(&ordered, &product)?;
        let is_comparable =
            is_one_unit(unit, of) && compared_in.as_ref().is_none_or(|(known, _)| *known == of_one);
        if of_one == 0 || !is_comparable {
            return None;
        }
        compared_in = Some((of_one, unit.to_owned()));
        is_other |= one != of_one;
        given = given.checked_add(one.checked_mul(part.boxes.0.into())?)?;
        let of_part = share(one, of_one)?.times(part.boxes)?;
        stands_for = stands_for.plus(of_part)?;
        parts.push(of_part);
    }
    let (of_one, unit) = compared_in.filter(|_| is_other)?;
    Some(Comparison {
        parts,
        stands_for,
        given,
        of_one,
        unit,
    })
}

/// The same supply, with the boxes ordered that it stands for.
pub fn weighed(
    line: &PrescriptionLine,
    supply: Supply,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Supply {
    let stands_for = compared(line, &supply, product).map(|compared| compared.stands_for);
    Supply { stands_for, ..supply }
}

/// The longest a pack may last: three months (CSP art. R. 5132-12).
pub const LONG_PACK_DAYS: u32 = 93;

/// Packs of the very speciality ordered, one box of which stands for several that remain, within three months; each
/// with the boxes ordered that it stands for.
///
/// None for what is given by fractions, or under a secured prescription: its quantity is counted day by day.
pub fn long_packs<'p>(line: &PrescriptionLine, products: &'p KnownProducts) -> Vec<(&'p Product, Boxes)> {
    let ordered = products.find(&line.code);
    let regime = Regime::of(ordered);
    let is_counted_by_day = regime.is_narcotic()
        || regime.is_secured()
        || regime.forbids_overlap()
        || regime.fraction().is_some();
    let (Some(ordered), Some(remaining)) = (ordered, line.remaining()) else {
        return Vec::new();
    };
    if is_counted_by_day || !line.is_open() {
        return Vec::new();
    }
    let find = |code: &ProductCode| products.find(code).cloned();
    let others = products.0.iter().filter(|other| {
        other.cis == ordered.cis && other.published.marketing.state != MarketingState::Stopped
    });
    let packs = others.filter_map(|other| {
        let one = Supply {
            preparation: None,
            code: ProductCode::Cip13(other.cip13.clone()),
            label: String::new(),
            boxes: Boxes(1),
            stands_for: None,
            lot: None,
            expiry: None,
            read: Vec::new(),
        };
        let stands_for = compared(line, &one, &find)?.stands_for;
        // A whole number of boxes, or what remains would be cut.
        let stands_for = Boxes(
            u16::try_from(stands_for.boxes())
                .ok()
                .filter(|_| stands_for.per() == 1)?,
        );
        let covers = stands_for > Boxes(1) && stands_for <= remaining;
        let lasts = rules::lasting(line, stands_for)?;
        (covers && lasts <= LONG_PACK_DAYS).then_some((other, stands_for))
    });
    packs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::box_read::BoxRead;
    use crate::domain::product::{BoxContent, GenericGroup, Published};
    use crate::domain::sample::{GENERIC, ORDERED, OTHER_BOX, UNKNOWN, cip13, line, supply};

    fn holding(code: &str, cis: &str, label: &str) -> Product {
        Product {
            cip13: code.parse().unwrap(),
            cis: cis.parse().unwrap(),
            generic_groups: vec![GenericGroup("G1".into())],
            published: Box::new(Published {
                content: BoxContent::read(label),
                ..Published::default()
            }),
            ..crate::domain::sample::medicine("lévothyroxine", &[])
        }
    }

    /// What each lot of boxes of `other` (and then of what was ordered) stands for, as fractions.
    fn stands_for(ordered: &str, other: &str, boxes: [u16; 2]) -> Option<(Vec<(u32, u32)>, u64)> {
        let products = [
            holding(ORDERED, "60000001", ordered),
            holding(OTHER_BOX, "60000001", other),
        ];
        let find = |code: &ProductCode| {
            let mut products = products.iter();
            products.find(|one| one.cip13.as_str() == code.code()).cloned()
        };
        let read = |code: &str, count: u16| {
            let one = BoxRead {
                cip13: code.parse().unwrap(),
                lot: None,
                expiry: None,
                serial: None,
            };
            vec![one; count.into()]
        };
        let supply = Supply {
            read: [read(OTHER_BOX, boxes[0]), read(ORDERED, boxes[1])].concat(),
            ..supply(cip13(OTHER_BOX), boxes[0] + boxes[1])
        };
        let compared = compared(&line(1), &supply, &find)?;
        let parts = compared.parts.iter().map(|part| (part.boxes(), part.per()));
        Some((parts.collect(), compared.given / 1_000))
    }

    #[test]
    fn units_are_compared_not_boxes() {
        let tablets = |count: u16| format!("plaquette(s) PVC aluminium de {count} comprimé(s)");
        let bottles = |count: u16, ml: u16| format!("{count} flacon(s) en verre de {ml} ml");
        for (ordered, other, boxes, expected) in [
            (tablets(30), tablets(90), [1, 0], Some((vec![(3, 1)], 90))),
            (
                tablets(30),
                tablets(90),
                [1, 1],
                Some((vec![(3, 1), (1, 1)], 120)),
            ),
            (tablets(30), tablets(84), [1, 0], Some((vec![(3, 1)], 84))),
            (tablets(30), tablets(28), [1, 0], Some((vec![(1, 1)], 28))),
            (tablets(28), tablets(30), [12, 0], Some((vec![(12, 1)], 360))),
            (tablets(28), tablets(14), [1, 0], Some((vec![(1, 2)], 14))),
            (tablets(30), tablets(14), [2, 0], Some((vec![(1, 1)], 28))),
            (tablets(30), tablets(10), [1, 0], Some((vec![(1, 3)], 10))),
            (tablets(30), tablets(10), [4, 0], Some((vec![(4, 3)], 40))),
            (tablets(30), tablets(100), [1, 0], Some((vec![(10, 3)], 100))),
            (tablets(30), tablets(20), [1, 0], Some((vec![(2, 3)], 20))),
            (tablets(90), tablets(30), [3, 0], Some((vec![(1, 1)], 90))),
            (tablets(30), tablets(30), [2, 0], None),
            (
                tablets(30),
                "plaquette(s) de 90 gélule(s)".into(),
                [1, 0],
                Some((vec![(3, 1)], 90)),
            ),
            (tablets(30), bottles(1, 100), [1, 0], None),
            (tablets(30), "une boîte".into(), [1, 0], None),
            (
                bottles(1, 100),
                bottles(1, 200),
                [1, 0],
                Some((vec![(2, 1)], 200)),
            ),
            (bottles(1, 100), bottles(2, 100), [1, 0], Some((vec![(2, 1)], 2))),
        ] {
            assert_eq!(
                stands_for(&ordered, &other, boxes),
                expected,
                "{ordered} → {boxes:?} {other}"
            );
        }
    }

    #[test]
    fn as_many_millilitres_of_another_product_say_nothing() {
        let pens = |cis, code, label| holding(code, cis, label);
        let ordered = pens("60000001", ORDERED, "2 stylo(s) de 0,4 ml");
        for (label, expected) in [
            ("1 stylo(s) de 0,4 ml", Share::new(1, 2)),
            ("1 stylo(s) de 0,8 ml", None),
            ("1 seringue(s) de 0,4 ml", None),
        ] {
            let given = pens("60000002", GENERIC, label);
            let find = |code: &ProductCode| {
                let products = [&ordered, &given];
                products
                    .into_iter()
                    .find(|one| one.cip13.as_str() == code.code())
                    .cloned()
            };
            let supply = weighed(&line(1), supply(cip13(GENERIC), 1), &find);
            assert_eq!(supply.stands_for, expected, "{label}");
        }
    }

    #[test]
    fn nothing_is_compared_with_a_speciality_nor_with_another_strength() {
        let other = holding(GENERIC, "60000002", "plaquette(s) de 90 comprimé(s)");
        let complement = {
            let mut product = other.clone();
            product.published.generic_roles = vec![(GenericGroup("G1".into()), GenericRole::Complementary)];
            product
        };
        let ordered = holding(ORDERED, "60000001", "plaquette(s) de 30 comprimé(s)");
        for (code, given, expected) in [
            (cip13(ORDERED), &other, Share::new(3, 1)),
            (cip13(ORDERED), &complement, None),
            (ProductCode::Cis("60000001".parse().unwrap()), &other, None),
            (cip13(UNKNOWN), &other, None),
        ] {
            let line = PrescriptionLine { code, ..line(1) };
            let find = |code: &ProductCode| {
                let products = [&ordered, given];
                products
                    .into_iter()
                    .find(|one| one.cip13.as_str() == code.code())
                    .cloned()
            };
            let supply = weighed(&line, supply(cip13(GENERIC), 1), &find);
            assert_eq!(supply.stands_for, expected);
        }
    }
}
