//! Boxes of one size for boxes of another: units are compared, so that what is left of a line stays exact.

use crate::domain::dispense::Supply;
use crate::domain::identifiers::Boxes;
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::{GenericRole, KnownProducts, MarketingState, Product, ProductCode};
use crate::domain::regime::Regime;
use crate::domain::rules;
use crate::domain::substitution::SubstitutionBasis;

/// What boxes of another size are, counted in the boxes ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How many boxes ordered each part of the supply stands for, in the order of [`Supply::by_lot`].
    pub parts: Vec<Boxes>,
    /// What is handed over, in thousandths of a unit.
    pub given: u64,
    /// What one box ordered holds, in thousandths of a unit.
    pub of_one: u64,
    /// The unit, in the singular.
    pub unit: String,
}

impl Comparison {
    /// The boxes ordered that all of it stands for.
    pub fn stands_for(&self) -> Boxes {
        self.parts.iter().copied().sum()
    }
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

/// What a box holds in thousandths, and of what.
fn amount(product: &Product) -> Option<(u64, &str)> {
    let content = product.published.content.as_ref()?;
    let count = u64::from(content.count.get());
    Some(match &content.each {
        Some(each) => (count.checked_mul(each.thousandths)?, each.unit.as_str()),
        None => (count * 1_000, content.unit.as_str()),
    })
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

/// Compares the units of a supply with those of the boxes ordered. `None` where every box holds as much as one
/// ordered, and where nobody can tell: boxes are then counted one for one.
///
/// The boxes it stands for are the nearest whole number, at least one: 28 tablets are given for a box of 30, and 90
/// for three.
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
    let (of_one, unit) = amount(&ordered).filter(|(of_one, _)| *of_one > 0)?;
    let mut given = 0_u64;
    let mut counted = Boxes::ZERO;
    let mut is_other = false;
    let mut parts = Vec::new();
    for part in supply.clone().by_lot() {
        let product = product(&part.code).filter(|product| have_like_units(&ordered, product))?;
        let (one, _) = amount(&product).filter(|(_, of)| is_one_unit(unit, of))?;
        is_other |= one != of_one;
        given = given.checked_add(one.checked_mul(part.boxes.0.into())?)?;
        // The parts add up to the nearest count of the whole, whatever each of them is.
        let so_far = given.checked_mul(2)?.checked_add(of_one)? / of_one.checked_mul(2)?;
        let so_far = Boxes(u16::try_from(so_far).ok()?);
        parts.push(so_far.less(counted));
        counted = so_far;
    }
    if counted == Boxes::ZERO && given > 0 {
        *parts.last_mut()? = Boxes(1);
    }
    is_other.then(|| Comparison {
        parts,
        given,
        of_one,
        unit: unit.to_owned(),
    })
}

/// The same supply, with the boxes ordered that it stands for.
pub fn weighed(
    line: &PrescriptionLine,
    supply: Supply,
    product: &dyn Fn(&ProductCode) -> Option<Product>,
) -> Supply {
    let stands_for = compared(line, &supply, product).map(|compared| compared.stands_for());
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
            code: ProductCode::Cip13(other.cip13.clone()),
            label: String::new(),
            boxes: Boxes(1),
            stands_for: None,
            lot: None,
            expiry: None,
            read: Vec::new(),
        };
        let stands_for = compared(line, &one, &find)?.stands_for();
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

    /// Boxes of `other` (and then of what was ordered) for boxes of `ordered`, by the labels of both.
    fn stands_for(ordered: &str, other: &str, boxes: [u16; 2]) -> Option<(Vec<u16>, u64)> {
        let products = [
            holding(ORDERED, "60000001", ordered),
            holding(OTHER_BOX, "60000001", other),
        ];
        let find = |code: &ProductCode| {
            let products = products.iter();
            products
                .clone()
                .find(|one| one.cip13.as_str() == code.code())
                .cloned()
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
        Some((
            compared.parts.iter().map(|part| part.0).collect(),
            compared.given / 1_000,
        ))
    }

    #[test]
    fn units_are_compared_not_boxes() {
        let tablets = |count: u16| format!("plaquette(s) PVC aluminium de {count} comprimé(s)");
        for (ordered, other, boxes, expected) in [
            (tablets(30), tablets(90), [1, 0], Some((vec![3], 90))),
            (tablets(30), tablets(90), [1, 1], Some((vec![3, 1], 120))),
            (tablets(30), tablets(28), [1, 0], Some((vec![1], 28))),
            (tablets(28), tablets(30), [1, 0], Some((vec![1], 30))),
            (tablets(28), tablets(14), [1, 0], Some((vec![1], 14))),
            (tablets(28), tablets(14), [2, 0], Some((vec![1], 28))),
            (tablets(28), tablets(14), [4, 0], Some((vec![2], 56))),
            (tablets(30), tablets(100), [1, 0], Some((vec![3], 100))),
            (tablets(30), tablets(7), [1, 0], Some((vec![1], 7))),
            (tablets(90), tablets(30), [3, 0], Some((vec![1], 90))),
            (tablets(90), tablets(30), [1, 0], Some((vec![1], 30))),
            (tablets(30), tablets(30), [2, 0], None),
            (
                tablets(30),
                "plaquette(s) de 90 gélule(s)".into(),
                [1, 0],
                Some((vec![3], 90)),
            ),
            (tablets(30), "1 flacon(s) en verre de 100 ml".into(), [1, 0], None),
            (tablets(30), "une boîte".into(), [1, 0], None),
            (
                "1 flacon(s) de 100 ml".into(),
                "1 flacon(s) de 200 ml".into(),
                [1, 0],
                Some((vec![2], 200)),
            ),
            (
                "1 flacon(s) de 100 ml".into(),
                "2 flacon(s) de 100 ml".into(),
                [1, 0],
                Some((vec![2], 200)),
            ),
        ] {
            assert_eq!(
                stands_for(&ordered, &other, boxes),
                expected,
                "{ordered} → {boxes:?} {other}"
            );
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
            (cip13(ORDERED), &other, Some(Boxes(3))),
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
