//! How much work one file is worth: counted from what there is to look at, never timed, so that the same file says the
//! same on a slow machine and on a busy one.
//!
//! The unit is a nanosecond of the machine on which the prices were measured (`docs/scanning.md`): what a look costs is
//! known from the pixels of its version and from the edges that an engine may follow in it, and what it tries besides is
//! counted. A sheet of text in which nothing is found costs less than half of it all; a box in a photograph of twelve
//! megapixels may need all of it. Noise, stripes and pages full of corner marks, made to keep an engine busy, end there.

use crate::scan::engine::{Cut, Engine};
use crate::scan::versions::Version;

/// For a file of one page.
const WHOLE: u64 = 600_000_000;

/// More for the second page, what a page of text takes: prescriptions have one or two.
const FOR_THE_SECOND: u64 = 260_000_000;

/// More for each page that follows, what the quick stages take on a page of text.
const FOR_ANOTHER: u64 = 80_000_000;

/// What is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(u64);

impl Default for Patience {
    fn default() -> Self {
        Self(WHOLE)
    }
}

impl Patience {
    /// That page of the same file is looked at; never is more left than at first.
    pub fn turn_to(&mut self, page: usize) {
        let more = match page {
            ..=1 => 0,
            2 => FOR_THE_SECOND,
            _ => FOR_ANOTHER,
        };
        self.0 = (self.0 + more).min(WHOLE);
    }

    /// Whether there is that much left.
    pub(super) fn allows(self, price: u64) -> bool {
        price <= self.0
    }

    /// Less of it.
    pub(super) fn spend(&mut self, price: u64) {
        self.0 = self.0.saturating_sub(price);
    }

    /// What is left.
    pub(super) fn left(self) -> u64 {
        self.0
    }
}

/// What a look of an engine costs at least. `None`: more than is left.
pub(super) fn price(engine: Engine, version: &Version, left: Patience) -> Option<u64> {
    let (for_a_pixel, for_an_edge) = match engine {
        Engine::Qr(Cut::Local, _) => (6, 10),
        Engine::Qr(Cut::Global, _) | Engine::Linear => (4, 0),
        Engine::QrLostCorner => (2, 2),
        // Copied once; then it counts for itself.
        Engine::QrSecond => (1, 0),
        // It follows every edge that may be a side.
        Engine::DataMatrix(_) => (6, 84),
        Engine::DataMatrixAcrossTheMiddle => (1, 20),
    };
    let pixels = for_a_pixel * version.grey.pixels().len() as u64;
    if !left.allows(pixels) {
        return None;
    }
    let edges = if for_an_edge == 0 {
        0
    } else {
        for_an_edge * version.edges()
    };
    Some(pixels + edges).filter(|price| left.allows(*price))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::codes::{self, Effort};
    use crate::scan::engine::Ink;
    use crate::scan::grey::Grey;
    use crate::scan::image::Picture;
    use crate::scan::versions::Versions;
    use crate::scan::{Limits, image};

    const SHEET: &[u8] = include_bytes!("../../test-images/clean-sheet.png");

    fn spent() -> Patience {
        Patience(0)
    }

    fn is_read(patience: &mut Patience) -> bool {
        let sheet = image::decode(SHEET, &Limits::default()).unwrap();
        !codes::read(&sheet, 1, Effort::FILE, patience).is_empty()
    }

    fn picture(side: usize, mut is_ink: impl FnMut(usize, usize) -> bool) -> Picture {
        let shade = |ink| if ink { 0 } else { 255 };
        let pixels = (0..side * side).map(|place| shade(is_ink(place % side, place / side)));
        Picture::of_grey(Grey::new(side, side, pixels.collect()).unwrap())
    }

    /// Marks like the corners of a code, everywhere.
    fn tiled(x: usize, y: usize) -> bool {
        let ring = |place: usize| (place / 3 % 9).abs_diff(4);
        matches!(ring(x).max(ring(y)), 0 | 1 | 3)
    }

    #[test]
    fn once_it_is_spent_nothing_is_looked_at_and_one_page_more_is_worth_a_look() {
        let mut patience = spent();
        assert!(!is_read(&mut patience));
        patience.turn_to(3);
        assert!(is_read(&mut patience));
    }

    #[test]
    fn pages_make_it_no_larger_than_it_was() {
        let mut patience = Patience::default();
        patience.turn_to(2);
        assert_eq!(patience, Patience::default());
    }

    #[test]
    fn pictures_made_to_keep_an_engine_busy_cost_most_of_it_and_paper_does_not() {
        let mut random = fastrand::Rng::with_seed(7);
        let busy = [
            ("noise", picture(1400, |_, _| random.bool())),
            ("stripes", picture(1400, |x, _| x / 2 % 2 == 0)),
            ("marks", picture(1400, tiled)),
        ];
        for (what, picture) in busy {
            let mut patience = Patience::default();
            assert_eq!(codes::read(&picture, 1, Effort::FILE, &mut patience), []);
            assert!(patience.left() < WHOLE / 2, "{what}: {patience:?}");
        }
        let mut patience = Patience::default();
        let paper = picture(1400, |_, _| false);
        assert_eq!(codes::read(&paper, 1, Effort::FILE, &mut patience), []);
        assert!(patience.left() > WHOLE / 4 * 3, "{patience:?}");
    }

    #[test]
    fn a_look_that_is_dearer_than_all_of_it_is_never_taken() {
        let mut random = fastrand::Rng::with_seed(7);
        let noise = picture(3600, |_, _| random.bool());
        let versions = Versions::of(&noise);
        let fine = versions
            .of_look(crate::scan::versions::Look::Fine, &[])
            .next()
            .unwrap();
        let whole = Patience::default();
        assert_eq!(price(Engine::DataMatrix(Ink::Dark), &fine, whole), None);
        assert!(price(Engine::Qr(Cut::Local, Ink::Dark), &fine, whole).is_some());
    }
}
