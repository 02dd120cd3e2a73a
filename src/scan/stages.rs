//! The stages: which version of the picture is looked at, by which engines, in which order.
//!
//! [`STAGES`] is the whole order. A stage is added, dropped or moved by adding, dropping or moving its
//! row; `docs/scanning.md` says what each of them is for, and what it read in the measures.

use crate::scan::engine::{Cut, Engine, Ink};
use crate::scan::versions::{Look, Treatment};

/// One look at the picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Stage {
    /// The name it is known by, in JSON and in the documentation.
    pub name: &'static str,
    /// Which version of the picture, or which versions.
    pub look: Look,
    /// Who looks, one after the other, until one reads something.
    pub engines: &'static [Engine],
    /// Who has time for it.
    pub depth: Depth,
}

/// How far down the table a source goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Live sources too: another frame comes soon.
    Quick,
    /// Files only: there is no other frame. What is read here was hard to see.
    Late,
}

const LOCAL: Engine = Engine::Qr(Cut::Local, Ink::Dark);
const LOCAL_BOTH: Engine = Engine::Qr(Cut::Local, Ink::DarkOrLight);
const GLOBAL: Engine = Engine::Qr(Cut::Global, Ink::Dark);
const LOST_CORNER: Engine = Engine::QrLostCorner;
const SECOND: Engine = Engine::QrSecond;
const MATRIX: Engine = Engine::DataMatrix(Ink::Dark);
const MATRIX_BOTH: Engine = Engine::DataMatrix(Ink::DarkOrLight);

const fn quick(name: &'static str, look: Look, engines: &'static [Engine]) -> Stage {
    Stage {
        name,
        look,
        engines,
        depth: Depth::Quick,
    }
}

const fn late(name: &'static str, look: Look, engines: &'static [Engine]) -> Stage {
    Stage {
        name,
        look,
        engines,
        depth: Depth::Late,
    }
}

const fn part(name: &'static str, treatment: Treatment, engines: &'static [Engine]) -> Stage {
    late(name, Look::Region(treatment), engines)
}

/// Every stage, in order.
pub const STAGES: &[Stage] = &[
    // Nearly every code is read by the first that looks for its kind.
    quick("base", Look::Base, &[LOCAL_BOTH]),
    quick("matrix", Look::Base, &[MATRIX_BOTH]),
    quick("linear", Look::Base, &[Engine::Linear]),
    quick("linear-upright", Look::Transposed, &[Engine::Linear]),
    quick("fine", Look::Fine, &[LOCAL_BOTH]),
    quick("second", Look::Base, &[SECOND]),
    quick("levelled", Look::Levelled, &[LOCAL, GLOBAL]),
    quick("half", Look::Halved, &[LOCAL_BOTH]),
    quick("half-stretched", Look::HalvedStretched, &[GLOBAL]),
    quick("half-closed", Look::HalvedClosed, &[LOCAL]),
    quick("half-second", Look::Halved, &[SECOND]),
    quick("smaller", Look::Smaller, &[LOCAL_BOTH]),
    quick("small-global", Look::Small, &[GLOBAL]),
    quick("small-doubled", Look::SmallDoubled, &[LOCAL_BOTH, SECOND]),
    quick("matrix-middle", Look::Fine, &[Engine::DataMatrixAcrossTheMiddle]),
    quick("matrix-cut", Look::CutAround, &[MATRIX_BOTH]),
    quick("matrix-half", Look::Halved, &[MATRIX_BOTH]),
    quick("matrix-half-closed", Look::HalvedClosed, &[MATRIX_BOTH]),
    quick(
        "matrix-closed",
        Look::Closed,
        &[Engine::DataMatrixAcrossTheMiddle],
    ),
    // Half of what all the quick stages of a frame take: a live source holds its boxes nearer.
    late("matrix-fine", Look::Fine, &[MATRIX]),
    // Ink of a pen, coffee: black stays dark in the lightest colour, they do not.
    late("lightest", Look::Lightest, &[LOCAL]),
    late("lightest-fine", Look::LightestFine, &[LOCAL]),
    late("lightest-cut", Look::LightestCut, &[LOCAL]),
    late("lightest-parts", Look::LightestRegion, &[GLOBAL]),
    // Two corner marks and the dots between them.
    late("corner", Look::Base, &[LOST_CORNER]),
    late("corner-fine", Look::Fine, &[LOST_CORNER]),
    late("corner-levelled", Look::Levelled, &[LOST_CORNER]),
    // The parts of the page where a code was seen, or where one may be.
    part("part", Treatment::Plain, &[LOCAL_BOTH, GLOBAL, SECOND]),
    part("part-stretched", Treatment::Stretched, &[LOCAL_BOTH, GLOBAL]),
    part("part-smooth", Treatment::Smooth, &[LOCAL, SECOND]),
    part("part-levelled", Treatment::Levelled, &[LOCAL]),
    part("part-lit", Treatment::EvenlyLit, &[LOCAL, GLOBAL]),
    part("part-sharp", Treatment::Sharp, &[LOCAL, GLOBAL, SECOND]),
    part("part-cut-around", Treatment::CutAround, &[LOCAL, SECOND]),
    part("part-half", Treatment::Halved, &[LOCAL]),
    part("part-sharper", Treatment::Sharper, &[LOCAL, GLOBAL, SECOND]),
    part("part-closed", Treatment::Closed, &[LOCAL, GLOBAL, SECOND]),
    part("part-opened", Treatment::Opened, &[LOCAL]),
    part("part-cut", Treatment::Cut, &[LOCAL, SECOND]),
    part("part-levelled-fine", Treatment::LevelledFine, &[LOCAL]),
    part("part-third", Treatment::ReducedByThree, &[LOCAL]),
    part("part-cut-dark", Treatment::CutDark, &[LOCAL, SECOND]),
    part("part-cut-light", Treatment::CutLight, &[LOCAL, SECOND]),
    part("part-smoother", Treatment::Smoother, &[LOCAL]),
    part("part-turned", Treatment::Turned, &[LOCAL]),
    part("part-cut-around-wide", Treatment::CutAroundWide, &[LOCAL]),
    part("matrix-part", Treatment::Plain, &[MATRIX_BOTH]),
    part("matrix-part-stretched", Treatment::Stretched, &[MATRIX_BOTH]),
    part("matrix-part-half", Treatment::Halved, &[MATRIX]),
    part("matrix-part-smooth", Treatment::Smooth, &[MATRIX]),
    part("matrix-part-closed", Treatment::Closed, &[MATRIX]),
    part("matrix-part-lit", Treatment::EvenlyLit, &[MATRIX]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_its_own_name_and_one_kind_of_code() {
        for (place, stage) in STAGES.iter().enumerate() {
            assert!(
                STAGES[..place].iter().all(|other| other.name != stage.name),
                "{}",
                stage.name
            );
            let kind = stage.engines[0].symbology();
            assert!(
                stage.engines.iter().all(|engine| engine.symbology() == kind),
                "{}",
                stage.name
            );
        }
    }

    #[test]
    fn what_is_quick_comes_before_what_is_late() {
        assert!(STAGES.is_sorted_by_key(|stage| stage.depth));
    }
}
