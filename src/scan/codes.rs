//! Every code of a picture: the walk through the [stages](crate::scan::stages).
//!
//! How long it goes on depends on what was read and on a count of attempts, never on time, so that the
//! same picture says the same on a slow machine:
//!
//! * QR codes: until one was read and none is seen that was not; a prescription that was read ends the late stages;
//! * DataMatrix: the first stage always, the others while nothing was read;
//! * EAN-13, Code 128: once;
//! * nothing more once a medicine box was read;
//! * the late stages as long as their attempts last, and every stage as long as the [patience] with the file does.
//!
//! A DataMatrix counts only when its content has a known structure: its error correction is no proof,
//! a photograph of maize was read as one. A code read late counts, and is confirmed when the other engine
//! reads the same.

use crate::domain::scanned::Scanned;
use crate::scan::engine::{Cut, Engine, Ink, Sight, Sighting};
use crate::scan::image::Picture;
use crate::scan::patience::{self, Patience};
use crate::scan::place::{Area, Point, WayBack};
use crate::scan::stages::{Depth, STAGES, Stage};
use crate::scan::versions::{Version, Versions};
use crate::scan::what::read_as_sent;
use crate::scan::{Symbol, Symbology, gs1};

/// How often engines may look, in the late stages, for one kind of code: while nothing of it was read, and
/// for what else there may be.
const LATE_ATTEMPTS_MAX: usize = 120;
const LATE_ATTEMPTS_MORE_MAX: usize = 40;

/// How much trouble is taken, and for which codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How far down the table of stages.
    pub depth: Depth,
    /// The kinds of code looked for; [`Symbology::Ean13`] stands for all that run along a row.
    pub kinds: &'static [Symbology],
}

impl Effort {
    /// For a file: everything.
    pub const FILE: Self = Self {
        depth: Depth::Late,
        kinds: &[Symbology::QrCode, Symbology::DataMatrix, Symbology::Ean13],
    };

    /// For a live source: another frame comes soon.
    pub const LIVE: Self = Self {
        depth: Depth::Quick,
        ..Self::FILE
    };
}

/// Reads every code, each text once, with what is left of a file's patience.
pub fn read(picture: &Picture, page: usize, effort: Effort, patience: &mut Patience) -> Vec<Symbol> {
    let versions = Versions::of(picture);
    let mut walk = Walk {
        page,
        patience: *patience,
        ..Walk::default()
    };
    for stage in STAGES {
        let kind = stage.engines[0].symbology();
        if stage.depth <= effort.depth && effort.kinds.contains(&kind) && walk.wants(stage, kind) {
            walk.take(stage, kind, &versions);
        }
    }
    *patience = walk.patience;
    for symbol in &mut walk.symbols {
        symbol.corners = symbol.corners.map(|corner| picture.shown(corner));
    }
    walk.symbols
}

#[derive(Default)]
struct Walk {
    page: usize,
    patience: Patience,
    /// What was read; the corners are places of the file.
    symbols: Vec<Symbol>,
    /// Parts of the picture where a QR code was seen and not read.
    unread: Vec<Area>,
    /// Late attempts for QR codes, and for DataMatrix.
    late_attempts: [usize; 2],
    /// The kinds that a stage was taken for.
    took: Vec<Symbology>,
}

impl Walk {
    fn wants(&self, stage: &Stage, kind: Symbology) -> bool {
        if self.symbols.iter().any(is_box_matrix) || !self.may_try(stage, kind) {
            return false;
        }
        let has_read = |kind| self.symbols.iter().any(|symbol| symbol.symbology == kind);
        match kind {
            Symbology::QrCode if !has_read(Symbology::QrCode) => true,
            // What is left unread is no second prescription.
            Symbology::QrCode if stage.depth == Depth::Late && self.symbols.iter().any(is_prescription) => {
                false
            }
            Symbology::QrCode => !self.unread.is_empty(),
            Symbology::DataMatrix => {
                let has_read = has_read(Symbology::QrCode) || has_read(Symbology::DataMatrix);
                !has_read || !self.took.contains(&kind)
            }
            Symbology::Ean13 | Symbology::Code128 => true,
        }
    }

    fn take(&mut self, stage: &Stage, kind: Symbology, versions: &Versions) {
        self.took.push(kind);
        let seen = match kind {
            Symbology::QrCode => self.unread.clone(),
            _ => Vec::new(),
        };
        let mut versions = versions.of_look(stage.look, &seen);
        // Asked before the next version is made: that costs as much as a look at it.
        while self.may_try(stage, kind)
            && let Some(version) = versions.next()
            && self.look(stage, kind, &version)
        {}
    }

    /// Whether the next version of this look is wanted.
    fn look(&mut self, stage: &Stage, kind: Symbology, version: &Version) -> bool {
        for engine in stage.engines {
            // Where the other engine sees not even two marks, rqrr finds none of its own.
            if *engine == Engine::QrSecond && version.finders.get().is_some_and(|seen| seen < 2) {
                continue;
            }
            if !self.may_try(stage, kind) {
                return false;
            }
            if stage.depth == Depth::Late {
                self.late_attempts[place_of(kind)] += 1;
            }
            // What is too dear leaves the rest to cheaper looks.
            let Some(sight) = self.look_with(*engine, version) else {
                continue;
            };
            if matches!(engine, Engine::Qr(..)) {
                let finders = sight.finders.max(version.finders.get().unwrap_or(0));
                version.finders.set(Some(finders));
            }
            let count = self.symbols.len();
            self.keep(stage, *engine, version, sight);
            if self.symbols.len() > count {
                return self.wants(stage, kind);
            }
        }
        true
    }

    /// What an engine sees, unless that costs more than is left.
    fn look_with(&mut self, engine: Engine, version: &Version) -> Option<Sight> {
        let price = patience::price(engine, version, self.patience)?;
        self.patience.spend(price);
        let sight = engine.look(version, self.patience.left());
        self.patience.spend(sight.tries);
        Some(sight)
    }

    /// Whether the other engine reads the same in the same version.
    fn second_opinion(&mut self, engine: Engine, version: &Version, text: &str) -> bool {
        let other = match engine {
            Engine::QrSecond => Engine::Qr(Cut::Local, Ink::DarkOrLight),
            _ => Engine::QrSecond,
        };
        self.look_with(other, version)
            .is_some_and(|sight| sight.codes.iter().any(|code| code.text == text))
    }

    fn may_try(&self, stage: &Stage, kind: Symbology) -> bool {
        // The bars of a sheet say nothing of its QR code.
        let attempts_max = if self.symbols.iter().any(|symbol| symbol.symbology == kind) {
            LATE_ATTEMPTS_MORE_MAX
        } else {
            LATE_ATTEMPTS_MAX
        };
        stage.depth == Depth::Quick || self.late_attempts[place_of(kind)] < attempts_max
    }

    fn keep(&mut self, stage: &Stage, engine: Engine, version: &Version, sight: Sight) {
        for code in sight.codes {
            if !counts(&code) || self.symbols.iter().any(|known| known.text == code.text) {
                continue;
            }
            let confirmed = stage.depth == Depth::Quick
                || code.symbology != Symbology::QrCode
                || self.second_opinion(engine, version, &code.text);
            self.symbols.push(Symbol {
                symbology: code.symbology,
                text: code.text,
                corners: code.corners.map(|corner| whole(version.way.place(corner))),
                page: self.page,
                stage: stage.name,
                confirmed,
            });
        }
        // Parts of parts lead nowhere new.
        if stage.depth == Depth::Quick {
            for area in sight.unread {
                let area = area_in_picture(version.way, area);
                if !self.unread.iter().any(|known| known.is_near(area)) {
                    self.unread.push(area);
                }
            }
        }
        let symbols = &self.symbols;
        self.unread
            .retain(|area| !symbols.iter().any(|symbol| holds(*area, symbol)));
    }
}

/// Where the late attempts for a kind are counted.
fn place_of(kind: Symbology) -> usize {
    usize::from(kind == Symbology::DataMatrix)
}

/// A DataMatrix without a known structure is more often no DataMatrix at all.
fn counts(code: &Sighting) -> bool {
    code.symbology != Symbology::DataMatrix
        || (code.is_gs1 && gs1::sets_out_as_one(&code.text))
        || matches!(
            read_as_sent(&code.text).scanned,
            Scanned::Box(_)
                | Scanned::Ins(_)
                | Scanned::Prescription(_)
                | Scanned::Prescriptions(_)
                | Scanned::ForeignPrescription(_)
                | Scanned::SignedStamp
        )
}

fn is_prescription(symbol: &Symbol) -> bool {
    matches!(
        read_as_sent(&symbol.text).scanned,
        Scanned::Prescription(_) | Scanned::Prescriptions(_)
    )
}

fn is_box_matrix(symbol: &Symbol) -> bool {
    symbol.symbology == Symbology::DataMatrix && matches!(read_as_sent(&symbol.text).scanned, Scanned::Box(_))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a picture of a few thousand pixels, from 0 on"
)]
fn area_in_picture(way: WayBack, area: Area) -> Area {
    let (left, top) = way.place((area.left as f32, area.top as f32));
    let (right, bottom) = way.place(((area.left + area.width) as f32, (area.top + area.height) as f32));
    let start = |one: f32, other: f32| one.min(other).max(0.0) as usize;
    let length = |one: f32, other: f32| (one - other).abs() as usize;
    Area {
        left: start(left, right),
        top: start(top, bottom),
        width: length(left, right),
        height: length(top, bottom),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in a picture of a few thousand pixels"
)]
fn whole((x, y): Point) -> (i32, i32) {
    (x.round() as i32, y.round() as i32)
}

/// Whether the middle of a code is in an area.
fn holds(area: Area, symbol: &Symbol) -> bool {
    let middle = |of: fn(&(i32, i32)) -> i32| {
        let sum: i32 = symbol.corners.iter().map(of).sum();
        usize::try_from(sum / 4).unwrap_or(0)
    };
    let is_within = |place: usize, start: usize, length: usize| (start..start + length).contains(&place);
    is_within(middle(|corner| corner.0), area.left, area.width)
        && is_within(middle(|corner| corner.1), area.top, area.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::grey::Grey;
    use qrcode::{Color, EcLevel, QrCode};

    const NUMBER: &str = "01S2TBPZ2JCNZZYGHZ";

    /// A sheet of white paper.
    fn paper(width: usize, height: usize) -> Grey {
        Grey::new(width, height, vec![255; width * height]).unwrap()
    }

    fn with_code(paper: &Grey, content: &[u8], module: usize, (left, top): (usize, usize)) -> Grey {
        let code = QrCode::with_error_correction_level(content, EcLevel::M).unwrap();
        drawn(paper, &code, module, (left, top))
    }

    fn drawn(paper: &Grey, code: &QrCode, module: usize, (left, top): (usize, usize)) -> Grey {
        let mut pixels = paper.pixels().to_vec();
        let dark = code.to_colors().into_iter().enumerate();
        for (place, _) in dark.filter(|(_, colour)| *colour == Color::Dark) {
            let (column, row) = (place % code.width(), place / code.width());
            for y in 0..module {
                let start = (top + row * module + y) * paper.width() + left + column * module;
                pixels[start..start + module].fill(0);
            }
        }
        Grey::new(paper.width(), paper.height(), pixels).unwrap()
    }

    fn seen(grey: Grey) -> Vec<Symbol> {
        read(&Picture::of_grey(grey), 1, Effort::FILE, &mut Patience::default())
    }

    fn texts(grey: Grey) -> Vec<String> {
        seen(grey).into_iter().map(|symbol| symbol.text).collect()
    }

    #[test]
    fn a_code_is_read_at_every_size_in_both_polarities_and_faint() {
        for module in [2, 3, 5, 16] {
            let side = module * 40;
            let sheet = with_code(
                &paper(side, side),
                NUMBER.as_bytes(),
                module,
                (side / 4, side / 4),
            );
            let faint = sheet.pixels().iter().map(|pixel| 190 + pixel / 16).collect();
            let faint = Grey::new(side, side, faint).unwrap();
            for (how, picture) in [
                ("dark", sheet.clone()),
                ("light", sheet.negative()),
                ("faint", faint),
            ] {
                assert_eq!(texts(picture), [NUMBER], "{module} pixels a module, {how}");
            }
        }
    }

    #[test]
    fn corners_are_those_of_the_original_picture() {
        // 2,800 pixels wide: looked at in half.
        let sheet = with_code(&paper(2800, 1000), NUMBER.as_bytes(), 10, (1000, 400));
        let symbols = read(
            &Picture::of_grey(sheet),
            3,
            Effort::FILE,
            &mut Patience::default(),
        );
        assert_eq!((symbols.len(), symbols[0].page, symbols[0].stage), (1, 3, "base"));
        // A code of 21 modules.
        let expected = [(1000, 400), (1210, 400), (1210, 610), (1000, 610)];
        for (corner, expected) in symbols[0].corners.iter().zip(expected) {
            assert!(
                corner.0.abs_diff(expected.0) < 20 && corner.1.abs_diff(expected.1) < 20,
                "{corner:?} is not {expected:?}"
            );
        }
    }

    #[test]
    fn every_code_is_read_and_each_text_once() {
        let mut sheet = with_code(&paper(700, 300), b"https://exemple.fr/rendez-vous", 4, (20, 20));
        sheet = with_code(&sheet, NUMBER.as_bytes(), 4, (250, 100));
        sheet = with_code(&sheet, NUMBER.as_bytes(), 4, (500, 20));
        let mut found = texts(sheet);
        found.sort();
        assert_eq!(found, [NUMBER, "https://exemple.fr/rendez-vous"]);
    }

    #[test]
    fn a_text_is_utf_8_or_else_latin_1() {
        for content in ["Ordonnance numérique".as_bytes(), b"Ordonnance num\xe9rique"] {
            let sheet = with_code(&paper(200, 200), content, 4, (40, 40));
            assert_eq!(texts(sheet), ["Ordonnance numérique"]);
        }
    }

    #[test]
    fn a_character_set_that_the_code_declares_is_taken() {
        let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(2));
        // ISO 8859-15, in which the euro and the œ have places of their own.
        bits.push_eci_designator(17).unwrap();
        bits.push_byte_data(b"Dr \xbcuvrard 8 \xa4").unwrap();
        bits.push_terminator(EcLevel::M).unwrap();
        let code = QrCode::with_bits(bits, EcLevel::M).unwrap();
        let sheet = drawn(&paper(200, 200), &code, 4, (40, 40));
        assert_eq!(texts(sheet), ["Dr Œuvrard 8 €"]);
    }

    #[test]
    fn every_code_of_a_full_page_is_read() {
        let mut sheet = paper(1400, 1000);
        let mut numbers = Vec::new();
        for place in 0..40 {
            let number = format!("01S2TBPZ2JCNZZY{place:02}Z");
            let corner = (20 + place % 8 * 170, 20 + place / 8 * 190);
            sheet = with_code(&sheet, number.as_bytes(), 4, corner);
            numbers.push(number);
        }
        let mut found = texts(sheet);
        found.sort();
        assert_eq!(found, numbers);
    }

    #[test]
    fn a_code_that_lost_any_of_its_corners_is_read_and_said_to_be_hard() {
        for (number, module) in [
            (NUMBER.to_owned(), 5),
            (format!("https://exemple.fr/ordonnance/{NUMBER}"), 4),
        ] {
            let sheet = with_code(&paper(300, 300), number.as_bytes(), module, (60, 70));
            let side = usize::try_from(seen(sheet.clone())[0].corners[1].0).unwrap() - 60;
            let mark = 8 * module;
            for (left, top) in [(60, 70), (60 + side - mark, 70), (60, 70 + side - mark)] {
                let mut pixels = sheet.pixels().to_vec();
                for y in top..top + mark {
                    pixels[y * 300 + left..][..mark].fill(250);
                }
                let blotted = Grey::new(300, 300, pixels).unwrap();
                for (how, sheet) in [
                    ("straight", blotted.clone()),
                    ("turned", blotted.turned((0.259, 0.966))),
                ] {
                    let symbols = seen(sheet);
                    let read: Vec<_> = symbols
                        .iter()
                        .map(|symbol| (&*symbol.text, symbol.confirmed))
                        .collect();
                    assert_eq!(
                        read,
                        [(&*number, false)],
                        "{how}, without the corner at {left}, {top}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_page_without_a_code_yields_nothing() {
        for (width, height) in [(60, 60), (1, 1), (2000, 1), (1, 30)] {
            assert_eq!(texts(paper(width, height)), [""; 0], "{width} × {height}");
        }
    }

    #[test]
    fn what_is_read_early_is_confirmed_by_its_stage_and_a_live_source_stops_there() {
        let sheet = with_code(&paper(300, 300), NUMBER.as_bytes(), 5, (60, 60));
        assert!(seen(sheet.clone())[0].confirmed);
        let live = read(
            &Picture::of_grey(sheet),
            1,
            Effort::LIVE,
            &mut Patience::default(),
        );
        assert_eq!(live.len(), 1);
        let only_matrix = Effort {
            kinds: &[Symbology::DataMatrix],
            ..Effort::LIVE
        };
        let sheet = with_code(&paper(300, 300), NUMBER.as_bytes(), 5, (60, 60));
        assert_eq!(
            read(&Picture::of_grey(sheet), 1, only_matrix, &mut Patience::default()),
            []
        );
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(16))]
        #[test]
        fn no_picture_makes_it_panic_or_invents_a_text(
            width in 1_usize..60, height in 1_usize..60, seed: u64,
        ) {
            let mut random = fastrand::Rng::with_seed(seed);
            let pixels = (0..width * height).map(|_| if random.bool() { 0 } else { 255 }).collect();
            let noise = Grey::new(width, height, pixels).unwrap();
            proptest::prop_assert_eq!(texts(noise), Vec::<String>::new());
        }
    }
}
