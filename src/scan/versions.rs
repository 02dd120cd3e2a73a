//! Versions of a picture: smaller, levelled, a part of it; each knows the way back to the picture.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use rxing::common::BitMatrix;

use crate::scan::engine::{self, Cut};
use crate::scan::grey::Grey;
use crate::scan::image::Picture;
use crate::scan::place::{Area, WayBack};
use crate::scan::regions;

/// The side that the first look is reduced to, about.
const BASE_SIDE: usize = 1400;

/// The longest side of the finest look.
const FINE_SIDE_MAX: usize = 5000;

/// Up to that side a picture is small: it is doubled rather than halved.
const SMALL_SIDE_MAX: usize = 500;

/// The pyramid of ever smaller versions ends at that side.
const SMALLEST_SIDE: usize = 600;

/// A part of a page with a longer side than the first is reduced to about the second.
const PART_SIDE_MAX: usize = 900;
const PART_SIDE: usize = 700;

/// Up to these sides a part is enlarged three times, or twice.
const TRIPLED_SIDE_MAX: usize = 160;
const DOUBLED_SIDE_MAX: usize = 420;

/// Below that side a part can hold no code.
const PART_SIDE_MIN: usize = 21;

/// How many parts are looked at: where codes were seen, and where codes are likely.
const PARTS_SEEN_MAX: usize = 6;
const PARTS_LIKELY_MAX: usize = 6;

/// Sine and cosine of the turned look, 20 degrees: no finder mark lies as squarely in both.
const TURN: (f32, f32) = (0.342_02, 0.939_69);

/// Where black is cut in the lightest colour, as shades.
const LIGHTEST_CUTS: [u8; 3] = [56, 81, 107];

/// Which version of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Reduced: photographs and scans hold more pixels than a code needs.
    Base,
    /// The base, rows for columns: codes along a row that stand upright.
    Transposed,
    /// As it is, when the base is reduced: small codes.
    Fine,
    /// The same contrast everywhere: faint toner, little light, shadows.
    Levelled,
    /// Black and white by the shades around: the dots of an ink-jet, faint print.
    CutAround,
    /// White specks in the base filled.
    Closed,
    /// Half as large or less: moiré, noise.
    Halved,
    /// The same, contrast drawn apart: screens and paper of two shades.
    HalvedStretched,
    /// Half as large, white specks filled.
    HalvedClosed,
    /// Halved again and again: codes that fill a photograph.
    Smaller,
    /// A small picture as it is.
    Small,
    /// A small picture doubled: two pixels a module.
    SmallDoubled,
    /// The lightest colour of each pixel, reduced like the base.
    Lightest,
    /// The lightest colour of each pixel, as it is.
    LightestFine,
    /// The lightest colour of each pixel, cut where black ends: by the shades around, a pen on paper is ink.
    LightestCut,
    /// The same in the parts where a code was seen, cut at a few shades.
    LightestRegion,
    /// The parts where a code was seen or is likely, treated.
    Region(Treatment),
}

/// What is done to a part of the page; small parts are enlarged first where that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Nothing.
    Plain,
    /// Contrast drawn apart.
    Stretched,
    /// Grain smoothed.
    Smooth,
    /// Grain smoothed over two pixels.
    Smoother,
    /// The same contrast everywhere.
    Levelled,
    /// The same, by nearer neighbours.
    LevelledFine,
    /// Divided by the light around.
    EvenlyLit,
    /// Edges drawn harder.
    Sharp,
    /// Edges drawn much harder.
    Sharper,
    /// Cut by the shades around.
    CutAround,
    /// Cut by the shades further around.
    CutAroundWide,
    /// Smoothed and halved.
    Halved,
    /// A third.
    ReducedByThree,
    /// White specks in dark marks filled.
    Closed,
    /// Dark specks on paper wiped.
    Opened,
    /// Cut between ink and paper.
    Cut,
    /// The same, a darker cut.
    CutDark,
    /// The same, a lighter cut.
    CutLight,
    /// Turned by 20 degrees.
    Turned,
}

/// One version, and what is known of it.
pub struct Version {
    /// Its pixels.
    pub grey: Grey,
    /// From its places to those of the picture.
    pub way: WayBack,
    /// How many marks like the corners of a QR code were seen in it; `None` before anyone looked.
    pub finders: Cell<Option<usize>>,
    /// Its ink, cut by the shades around: several engines look at the same.
    ink: OnceCell<Option<BitMatrix>>,
    /// How often ink and paper change along its rows.
    edges: OnceCell<u64>,
}

impl Version {
    fn new(grey: Grey, way: WayBack) -> Rc<Self> {
        Rc::new(Self::unseen(grey, way))
    }

    fn unseen(grey: Grey, way: WayBack) -> Self {
        Self {
            grey,
            way,
            finders: Cell::new(None),
            ink: OnceCell::new(),
            edges: OnceCell::new(),
        }
    }

    /// Which of its pixels are ink, by the shades around. `None`: there are more than an engine can count.
    pub fn local_ink(&self) -> Option<&BitMatrix> {
        self.ink
            .get_or_init(|| engine::ink_of(&self.grey, Cut::Local))
            .as_ref()
    }

    /// How often ink and paper change along its rows: what an engine may follow.
    pub fn edges(&self) -> u64 {
        *self
            .edges
            .get_or_init(|| self.local_ink().map_or(0, engine::edges_of))
    }

    fn reduced(picture: &Grey, factor: usize) -> Rc<Self> {
        Self::new(picture.reduced(factor), WayBack::HOME.reduced(factor))
    }

    /// The same places in other tones.
    fn with(&self, grey: Grey) -> Rc<Self> {
        Self::new(grey, self.way)
    }
}

type Treated = HashMap<(Area, Treatment), Option<Rc<Version>>>;

/// The versions of one picture, each made when it is first asked for.
pub struct Versions<'picture> {
    picture: &'picture Picture,
    base: OnceCell<Rc<Version>>,
    fine: OnceCell<Rc<Version>>,
    halved: OnceCell<Rc<Version>>,
    closed: OnceCell<Rc<Version>>,
    lightest: OnceCell<Option<Grey>>,
    likely: OnceCell<Vec<Area>>,
    /// The likely parts, treated: QR codes and DataMatrix are looked for in the same. `None`: too small.
    treated: RefCell<Treated>,
}

impl<'picture> Versions<'picture> {
    /// None is made yet.
    pub fn of(picture: &'picture Picture) -> Self {
        Self {
            picture,
            base: OnceCell::new(),
            fine: OnceCell::new(),
            halved: OnceCell::new(),
            closed: OnceCell::new(),
            lightest: OnceCell::new(),
            likely: OnceCell::new(),
            treated: RefCell::default(),
        }
    }

    /// The versions of a look, none when it would show nothing that another does not. `seen` are the
    /// parts of the picture where a code was seen and not read.
    pub fn of_look(&self, look: Look, seen: &[Area]) -> Box<dyn Iterator<Item = Rc<Version>> + '_> {
        let one =
            |version: Option<Rc<Version>>| -> Box<dyn Iterator<Item = _>> { Box::new(version.into_iter()) };
        let is_small = self.side() <= SMALL_SIDE_MAX;
        match look {
            Look::Base => one(Some(self.base())),
            Look::Transposed => {
                let base = self.base();
                one(Some(Version::new(base.grey.transposed(), base.way.transposed())))
            }
            Look::Fine => one((self.base_factor() > 1).then(|| self.fine())),
            Look::Levelled => one(Some(self.levelled())),
            Look::CutAround => {
                let base = self.base();
                let radius = (base.grey.longest_side() / 40).max(6);
                one(Some(base.with(base.grey.mean_around(1).cut_around(radius, 4))))
            }
            Look::Closed => {
                let base = self.base();
                one(Some(base.with(base.grey.closed())))
            }
            // The base of a scanned page is half of it already: the same engines would see the same again.
            Look::Halved => {
                one((!is_small && self.half_factor() != self.base_factor()).then(|| self.halved()))
            }
            Look::HalvedStretched => one((!is_small).then(|| {
                let halved = self.halved();
                halved.with(halved.grey.stretched(10, 10))
            })),
            Look::HalvedClosed => one((!is_small).then(|| self.halved_closed())),
            Look::Smaller => Box::new(self.ever_smaller()),
            Look::Small => one(is_small.then(|| self.base())),
            Look::SmallDoubled => one(is_small.then(|| {
                let grey = self.picture.grey.enlarged(2);
                Version::new(grey, WayBack::HOME.enlarged(2))
            })),
            Look::Lightest => one(self
                .lightest()
                .map(|grey| Version::reduced(grey, self.base_factor()))),
            Look::LightestFine => one(self
                .lightest()
                .filter(|_| self.base_factor() > 1)
                .map(|grey| Version::reduced(grey, self.fine_factor()))),
            Look::LightestCut => one(self.lightest().map(|grey| {
                let fine = Version::reduced(grey, self.fine_factor());
                fine.with(fine.grey.stretched(10, 30).cut_at(LIGHTEST_CUTS[1]))
            })),
            Look::LightestRegion => Box::new(self.cut_lightest(seen)),
            Look::Region(treatment) => {
                let areas = self.areas(seen);
                Box::new(
                    areas
                        .into_iter()
                        .filter_map(move |area| self.treated(area, treatment)),
                )
            }
        }
    }

    fn side(&self) -> usize {
        self.picture.grey.longest_side()
    }

    /// Rounded, so that the base has from 1,050 to 2,100 pixels along its longest side.
    fn base_factor(&self) -> usize {
        ((self.side() + BASE_SIDE / 2) / BASE_SIDE).max(1)
    }

    fn fine_factor(&self) -> usize {
        self.side().div_ceil(FINE_SIDE_MAX)
    }

    fn half_factor(&self) -> usize {
        if self.side() > 2400 {
            3 * (self.side() / 4000).max(1)
        } else {
            2
        }
    }

    fn base(&self) -> Rc<Version> {
        let made = || Version::reduced(&self.picture.grey, self.base_factor());
        Rc::clone(self.base.get_or_init(made))
    }

    fn fine(&self) -> Rc<Version> {
        let made = || Version::reduced(&self.picture.grey, self.fine_factor());
        Rc::clone(self.fine.get_or_init(made))
    }

    fn halved(&self) -> Rc<Version> {
        if self.half_factor() == self.base_factor() {
            return self.base();
        }
        let made = || Version::reduced(&self.picture.grey, self.half_factor());
        Rc::clone(self.halved.get_or_init(made))
    }

    fn halved_closed(&self) -> Rc<Version> {
        let made = || {
            let halved = self.halved();
            halved.with(halved.grey.closed())
        };
        Rc::clone(self.closed.get_or_init(made))
    }

    fn levelled(&self) -> Rc<Version> {
        let base = self.base();
        let radius = (base.grey.longest_side() / 50).max(6);
        base.with(base.grey.mean_around(1).levelled(radius))
    }

    fn ever_smaller(&self) -> impl Iterator<Item = Rc<Version>> + use<> {
        let first = (self.side() > SMALL_SIDE_MAX).then(|| self.halved());
        std::iter::successors(first, |larger| {
            // A picture of one row cannot be halved: it would stay as long for ever.
            let can_shrink = larger.grey.width().min(larger.grey.height()) > 1;
            (can_shrink && larger.grey.longest_side() > SMALLEST_SIDE)
                .then(|| Version::new(larger.grey.reduced(2), larger.way.reduced(2)))
        })
        .skip(1)
    }

    fn lightest(&self) -> Option<&Grey> {
        self.lightest.get_or_init(|| self.picture.lightest()).as_ref()
    }

    fn cut_lightest(&self, seen: &[Area]) -> impl Iterator<Item = Rc<Version>> + use<'_, 'picture> {
        let areas: Vec<Area> = seen.iter().take(4).copied().collect();
        let parts = areas.into_iter().filter_map(|area| {
            let part = part(self.lightest()?, area)?;
            Some(
                part.with_grey(|grey| grey.stretched(10, 30))
                    .enlarged_if(DOUBLED_SIDE_MAX),
            )
        });
        parts.flat_map(|part| LIGHTEST_CUTS.map(|shade| Rc::new(part.with_grey(|grey| grey.cut_at(shade)))))
    }

    fn likely(&self) -> &[Area] {
        self.likely
            .get_or_init(|| regions::likely(&self.picture.grey, PARTS_LIKELY_MAX))
    }

    fn treated(&self, area: Area, treatment: Treatment) -> Option<Rc<Version>> {
        let made = || treatment.of(&part(&self.picture.grey, area)?);
        // What was seen as a QR code is not looked at for a DataMatrix.
        if !self.likely().contains(&area) {
            return made();
        }
        let mut treated = self.treated.borrow_mut();
        treated.entry((area, treatment)).or_insert_with(made).clone()
    }

    /// Where a code was seen, then where one is likely; all of a small picture first.
    fn areas(&self, seen: &[Area]) -> Vec<Area> {
        let grey = &self.picture.grey;
        let whole = Area {
            left: 0,
            top: 0,
            width: grey.width(),
            height: grey.height(),
        };
        let likely = self.likely();
        let seen = seen.iter().take(PARTS_SEEN_MAX);
        let all = (self.side() <= DOUBLED_SIDE_MAX).then_some(whole);
        all.into_iter()
            .chain(seen.copied())
            .chain(likely.iter().copied())
            .collect()
    }
}

/// A part of the page, reduced when it is large.
fn part(grey: &Grey, area: Area) -> Option<Version> {
    let part = grey.cropped(area)?;
    let way = WayBack::HOME.cropped(area);
    let side = part.longest_side();
    let factor = if side > PART_SIDE_MAX {
        side.div_ceil(PART_SIDE)
    } else {
        1
    };
    let part = part.reduced(factor);
    (part.width().min(part.height()) >= PART_SIDE_MIN).then(|| Version::unseen(part, way.reduced(factor)))
}

impl Version {
    fn with_grey(&self, change: impl FnOnce(&Grey) -> Grey) -> Self {
        Self::unseen(change(&self.grey), self.way)
    }

    /// Twice as large, when its longest side is at most this.
    fn enlarged_if(self, side_max: usize) -> Self {
        if self.grey.longest_side() <= side_max {
            self.enlarged(2)
        } else {
            self
        }
    }

    fn enlarged(&self, factor: usize) -> Self {
        let way = self.way.enlarged(factor);
        Self {
            way,
            ..self.with_grey(|grey| grey.enlarged(factor))
        }
    }

    fn reduced_by(&self, factor: usize) -> Self {
        let way = self.way.reduced(factor);
        Self {
            way,
            ..self.with_grey(|grey| grey.reduced(factor))
        }
    }

    /// As large as codes are read best.
    fn large(&self) -> Self {
        match self.grey.longest_side() {
            side if side <= TRIPLED_SIDE_MAX => self.enlarged(3),
            side if side <= DOUBLED_SIDE_MAX => self.enlarged(2),
            _ => self.enlarged(1),
        }
    }

    fn turned(&self) -> Self {
        let turned = self.grey.turned(TURN);
        let sides = |grey: &Grey| (grey.width(), grey.height());
        let way = self.way.turned(TURN, sides(&self.grey), sides(&turned));
        Self {
            way,
            ..self.with_grey(|_| turned)
        }
    }
}

impl Treatment {
    /// The part, treated. `None`: nothing is left to look at.
    fn of(self, part: &Version) -> Option<Rc<Version>> {
        let side = part.grey.longest_side();
        let stretched = |grey: &Grey| grey.stretched(10, 10);
        let smooth = |radius| part.large().with_grey(|grey| grey.mean_around(radius));
        let cut = |percent: u32| {
            smooth(1).with_grey(|grey| {
                let shade = u32::from(grey.ink_ends_at()) * percent / 100;
                grey.cut_at(u8::try_from(shade.min(250)).unwrap_or(250))
            })
        };
        let sharp = |radius, sixteenths| {
            part.large()
                .with_grey(|grey| stretched(grey).sharpened(radius, sixteenths))
        };
        let version = match self {
            Self::Plain => part.large(),
            Self::Stretched => part.with_grey(stretched).large(),
            Self::Smooth => part.with_grey(|grey| stretched(&grey.mean_around(1))),
            Self::Smoother => part.with_grey(|grey| stretched(&grey.mean_around(2))),
            Self::Levelled => smooth(1).with_grey(|grey| grey.levelled(side / 4 + 4)),
            Self::LevelledFine => part.with_grey(|grey| grey.mean_around(1).levelled(side / 9 + 4)),
            Self::EvenlyLit => part
                .with_grey(|grey| stretched(&grey.evenly_lit(side / 6 + 2)))
                .large(),
            Self::Sharp => sharp(4, 32),
            Self::Sharper => sharp(7, 48),
            Self::CutAround => smooth(1).with_grey(|grey| grey.cut_around(side / 12 + 3, 4)),
            Self::CutAroundWide => smooth(2).with_grey(|grey| grey.cut_around(side / 6 + 3, 2)),
            Self::Halved => part
                .with_grey(|grey| grey.mean_around(1))
                .reduced_by(2)
                .with_grey(stretched),
            Self::ReducedByThree => part.reduced_by(3).with_grey(stretched),
            Self::Closed => part.with_grey(|grey| grey.stretched(20, 20).closed()),
            Self::Opened => part.with_grey(|grey| grey.stretched(20, 20).opened()),
            Self::Cut => cut(100),
            Self::CutDark => cut(82),
            Self::CutLight => cut(115),
            Self::Turned => part.with_grey(stretched).large().turned(),
        };
        (version.grey.width().min(version.grey.height()) >= PART_SIDE_MIN).then(|| Rc::new(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_whose_base_is_half_of_it_is_not_looked_at_twice() {
        for (height, are_the_same) in [
            (600, false),
            (2000, false),
            (2339, true),
            (3000, false),
            (4000, true),
            (7000, false),
        ] {
            let grey = Grey::new(40, height, vec![255; 40 * height]).unwrap();
            let picture = Picture::of_grey(grey);
            let versions = Versions::of(&picture);
            let halved = versions.of_look(Look::Halved, &[]).count();
            assert_eq!(halved, usize::from(!are_the_same), "{height}");
            // What is made of the half is made all the same.
            assert_eq!(versions.of_look(Look::HalvedClosed, &[]).count(), 1, "{height}");
        }
    }
}
