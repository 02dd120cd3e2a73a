//! Boxes of another size counted in boxes ordered: an exact fraction, so that ten tablets of thirty stay a third.

use std::num::NonZeroU32;

use crate::domain::identifiers::Boxes;

/// So many boxes ordered: a fraction of whole numbers, in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    boxes: u32,
    per: NonZeroU32,
}

/// What a box is counted in, so that fractions can be added.
const PARTS: u64 = 1_000_000;

/// What the fractions that make a whole box may lack, each of them rounded down: a third, three times.
const ROUNDED: u64 = 1_000;

impl Share {
    /// `boxes` / `per`; `None` when it is none.
    pub fn new(boxes: u64, per: u64) -> Option<Self> {
        let common = common_divisor(boxes, per);
        Some(Self {
            boxes: u32::try_from(boxes.checked_div(common)?).ok()?,
            per: NonZeroU32::new(u32::try_from(per / common).ok()?)?,
        })
    }

    /// The number above the bar.
    pub const fn boxes(self) -> u32 {
        self.boxes
    }

    /// The number under the bar.
    pub const fn per(self) -> u32 {
        self.per.get()
    }

    /// As many times as there are boxes.
    pub fn times(self, boxes: Boxes) -> Option<Self> {
        Self::new(u64::from(self.boxes) * u64::from(boxes.0), self.per.get().into())
    }

    /// The sum of both.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (per, other_per) = (u64::from(self.per.get()), u64::from(other.per.get()));
        let boxes = u64::from(self.boxes)
            .checked_mul(other_per)?
            .checked_add(u64::from(other.boxes).checked_mul(per)?)?;
        Self::new(boxes, per * other_per)
    }

    fn parts(self) -> u64 {
        u64::from(self.boxes) * PARTS / u64::from(self.per.get())
    }
}

impl From<Boxes> for Share {
    fn from(boxes: Boxes) -> Self {
        Self {
            boxes: boxes.0.into(),
            per: NonZeroU32::MIN,
        }
    }
}

fn common_divisor(one: u64, other: u64) -> u64 {
    if other == 0 {
        one
    } else {
        common_divisor(other, one % other)
    }
}

/// Boxes ordered, those of another size among them by their fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Counted(u64);

impl Counted {
    /// Those boxes, and the fraction that they are when they are of another size.
    pub fn of(boxes: Boxes, stands_for: Option<Share>) -> Self {
        Self(stands_for.unwrap_or(boxes.into()).parts())
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The whole boxes among them: what is begun is not given yet.
    pub fn whole(self) -> Boxes {
        let whole = self.0.saturating_add(ROUNDED) / PARTS;
        Boxes(u16::try_from(whole).unwrap_or(u16::MAX))
    }

    /// The days they last, when so many boxes last so many days; rounded down.
    pub fn lasting(self, days: u32, boxes: Boxes) -> Option<u32> {
        let per = u64::from(boxes.0).checked_mul(PARTS).filter(|per| *per > 0)?;
        let days = self.0.saturating_add(ROUNDED).saturating_mul(days.into()) / per;
        Some(u32::try_from(days).unwrap_or(u32::MAX))
    }
}

impl std::iter::Sum for Counted {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_add_up_to_whole_boxes_and_what_is_begun_is_not_given() {
        for (shares, whole) in [
            (&[(1, 3)][..], 0),
            (&[(1, 3), (1, 3)], 0),
            (&[(1, 3), (1, 3), (1, 3)], 1),
            (&[(1, 7); 7], 1),
            (&[(1, 7); 6], 0),
            (&[(1, 2), (1, 2)], 1),
            (&[(3, 1), (1, 3)], 3),
            (&[(90, 30)], 3),
            (&[(100, 30)], 3),
            (&[(65_535, 1), (65_535, 1)], 65_535),
        ] {
            let counted = shares
                .iter()
                .map(|(boxes, per)| Counted::of(Boxes(1), Share::new(*boxes, *per)));
            assert_eq!(counted.sum::<Counted>().whole(), Boxes(whole), "{shares:?}");
        }
        assert_eq!(Counted::of(Boxes(4), None).whole(), Boxes(4));
        assert_eq!(Share::new(1, 0), None);
        let third = Share::new(10, 30).unwrap();
        assert_eq!((third.boxes(), third.per()), (1, 3));
        assert_eq!(third.plus(third), Share::new(2, 3));
        assert_eq!(third.times(Boxes(3)), Share::new(1, 1));
        assert_eq!(Counted::of(Boxes(1), Some(third)).lasting(30, Boxes(1)), Some(10));
    }
}
