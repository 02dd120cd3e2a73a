//! The kinds of pictures: what is before the camera, and how it is taken. A kind is a row.

use super::random::Random;
use super::scene::{Alone, Modules, QUIET_ON_BOXES, Scene, alone, face, page_of_codes, sheet};
use super::shot::{Ending, Frame, Shot, Size};

/// A kind of picture.
pub struct Kind {
    /// The name of its folder, and its row in the table of results.
    pub name: &'static str,
    /// `QR` or `DM`.
    pub symbology: &'static str,
    /// Whether somebody could read it.
    pub is_readable: bool,
    pub scene: fn(&mut Random) -> Scene,
    pub shot: fn(&mut Random) -> Shot,
}

const PAGE: (u32, u32) = (1200, 1600);
const TWELVE_MEGAPIXELS: (u32, u32) = (3000, 4000);
const NEAR: (u32, u32) = (1000, 900);

const fn qr(name: &'static str, scene: fn(&mut Random) -> Scene, shot: fn(&mut Random) -> Shot) -> Kind {
    Kind {
        name,
        symbology: "QR",
        is_readable: true,
        scene,
        shot,
    }
}

const fn matrix(name: &'static str, scene: fn(&mut Random) -> Scene, shot: fn(&mut Random) -> Shot) -> Kind {
    Kind {
        name,
        symbology: "DM",
        is_readable: true,
        scene,
        shot,
    }
}

const fn without(name: &'static str, scene: fn(&mut Random) -> Scene, shot: fn(&mut Random) -> Shot) -> Kind {
    Kind {
        name,
        symbology: "NEG",
        is_readable: false,
        scene,
        shot,
    }
}

fn paper(random: &mut Random) -> Scene {
    sheet(random, 200, 1)
}

/// The page as it was drawn.
fn scanned() -> Shot {
    Shot::scan(Size::Times(1.0))
}

fn plain(random: &mut Random) -> Scene {
    alone(random, &Alone::PLAIN)
}

fn a_box(random: &mut Random) -> Scene {
    face(random, Modules::Square, QUIET_ON_BOXES, false)
}

/// A photograph of a sheet, of so many pixels a module.
fn of_a_sheet(random: &mut Random, least: f32, most: f32) -> Shot {
    let module = random.between(least, most);
    Shot::photograph(random, PAGE, module)
}

/// A photograph of a box held before the camera.
fn of_a_box(random: &mut Random) -> Shot {
    let module = random.between(4.0, 8.0);
    Shot::photograph(random, NEAR, module)
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    // Scanned.
    qr("scan150", |r| sheet(r, 150, 1), |_| scanned()),
    qr("scan200", paper, |_| scanned()),
    qr("scan300", |r| sheet(r, 300, 1), |_| scanned()),
    qr("scan600", |r| sheet(r, 300, 1), |_| Shot::scan(Size::Times(2.0))),
    qr(
        "drawn",
        |r| sheet(r, 110, 1),
        |_| Shot {
            grain: 0.0,
            jpeg: None,
            tones: (0.0, 255.0),
            ..scanned()
        },
    ),
    qr("two-codes", |r| sheet(r, 200, 2), |_| scanned()),
    qr("askew", paper, |r| Shot {
        turned: [r.between(-180.0, 180.0), 0.0, 0.0],
        ..scanned()
    }),
    qr("poor-jpeg", paper, |r| Shot {
        jpeg: Some(r.below(8, 22) as u8),
        ..scanned()
    }),
    qr("fax", paper, |_| Shot {
        ending: Ending::Fax,
        blur: 0.12,
        grain: 22.0,
        jpeg: None,
        ..scanned()
    }),
    qr("negative", paper, |_| Shot {
        ending: Ending::Negative,
        ..scanned()
    }),
    qr("mirror", paper, |_| Shot {
        ending: Ending::Mirror,
        ..scanned()
    }),
    qr("tiny", |r| sheet(r, 72, 1), |_| scanned()),
    qr("faint", paper, |r| Shot {
        tones: (r.between(170.0, 190.0), 214.0),
        grain: 2.0,
        ..scanned()
    }),
    qr(
        "thermal",
        |r| sheet(r, 200, 1).thermal(r),
        |_| Shot {
            blur: 0.15,
            ..scanned()
        },
    ),
    qr(
        "coffee",
        |r| sheet(r, 200, 1).stained(r),
        |_| Shot {
            ending: Ending::Colours,
            ..scanned()
        },
    ),
    qr(
        "pen",
        |r| sheet(r, 200, 1).crossed_out(r),
        |_| Shot {
            ending: Ending::Colours,
            ..scanned()
        },
    ),
    // Photographed.
    qr("photo", paper, |r| of_a_sheet(r, 3.0, 8.0)),
    qr(
        "photo-12mp",
        |r| sheet(r, 300, 1),
        |r| Shot::photograph(r, TWELVE_MEGAPIXELS, 14.0),
    ),
    qr("far", paper, |r| Shot {
        blur: 0.1,
        ..of_a_sheet(r, 2.2, 3.0)
    }),
    qr("close", plain, |r| Shot {
        aside: 0.05,
        ..Shot::photograph(r, (1200, 1200), 26.0)
    }),
    qr("leaning", paper, |r| {
        let lean = r.between(30.0, 55.0) * if r.happens(0.5) { 1.0 } else { -1.0 };
        let shot = of_a_sheet(r, 6.0, 9.0);
        Shot {
            turned: [r.between(-180.0, 180.0), lean, shot.turned[2]],
            ..shot
        }
    }),
    qr("blurred", paper, |r| Shot {
        blur: r.between(0.35, 0.65),
        ..of_a_sheet(r, 5.0, 9.0)
    }),
    qr("shaken", paper, |r| Shot {
        motion: r.between(0.8, 1.8),
        ..of_a_sheet(r, 5.0, 9.0)
    }),
    qr("night", paper, |r| Shot {
        tones: (4.0, r.between(22.0, 45.0)),
        grain: 5.0,
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("uneven-light", paper, |r| Shot {
        light: 0.15,
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("shadow", paper, |r| Shot {
        shadow: r.between(0.5, 0.75),
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("lamps", plain, |r| Shot {
        lamps: (3, r.between(90.0, 230.0)),
        ..Shot::photograph(r, NEAR, 9.0)
    }),
    qr("glare", paper, |r| Shot {
        lamps: (1, 260.0),
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("bottle", plain, |r| Shot {
        bottle: Some(r.between(18.0, 30.0)),
        ..Shot::photograph(r, NEAR, 9.0)
    }),
    qr("crumpled", paper, |r| Shot {
        crumple: r.between(0.6, 1.6),
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("folded", paper, |r| Shot {
        fold: r.between(0.15, 0.45),
        ..of_a_sheet(r, 5.0, 8.0)
    }),
    qr("screen", plain, |r| Shot {
        screen: Some(r.between(2.1, 3.6)),
        ..Shot::photograph(r, NEAR, 9.0)
    }),
    qr(
        "damaged",
        |r| plain(r).torn(r, 0.16).scratched(r, 3),
        |r| Shot::photograph(r, NEAR, 9.0),
    ),
    qr(
        "dense",
        |r| {
            alone(
                r,
                &Alone {
                    more: (200, 700),
                    ..Alone::PLAIN
                },
            )
        },
        |r| Shot {
            aside: 0.02,
            turned: [r.between(-8.0, 8.0), 0.0, 0.0],
            ..Shot::photograph(r, PAGE, 9.0)
        },
    ),
    qr("page-of-codes", page_of_codes, |r| Shot {
        frame: Frame::Whole,
        turned: [r.between(-4.0, 4.0), 0.0, 0.0],
        ..Shot::scan(Size::Times(r.between(0.7, 1.1)))
    }),
    qr(
        "dots",
        |r| {
            alone(
                r,
                &Alone {
                    modules: Modules::Dots,
                    ..Alone::PLAIN
                },
            )
        },
        |r| Shot::photograph(r, NEAR, 9.0),
    ),
    qr(
        "no-quiet-zone",
        |r| {
            alone(
                r,
                &Alone {
                    quiet: 1,
                    ..Alone::PLAIN
                },
            )
        },
        |r| Shot::photograph(r, NEAR, 9.0),
    ),
    qr(
        "coloured",
        |r| {
            alone(
                r,
                &Alone {
                    colours: ([130, 20, 60], [250, 235, 190]),
                    ..Alone::PLAIN
                },
            )
        },
        |r| Shot::photograph(r, NEAR, 9.0),
    ),
    qr(
        "logo",
        |r| {
            alone(
                r,
                &Alone {
                    logo: 0.24,
                    ..Alone::PLAIN
                },
            )
        },
        |r| Shot::photograph(r, NEAR, 9.0),
    ),
    // Nothing that may be read.
    without("no-code", |r| sheet(r, 200, 0), |r| of_a_sheet(r, 4.0, 8.0)),
    without("no-code-scanned", |r| sheet(r, 300, 0), |_| scanned()),
    without("destroyed", |r| sheet(r, 200, 1).destroyed(r), |_| scanned()),
    // Boxes.
    matrix("box", a_box, of_a_box),
    matrix("box-12mp", a_box, |r| {
        Shot::photograph(r, TWELVE_MEGAPIXELS, 12.0)
    }),
    matrix("box-small", a_box, |r| Shot {
        blur: 0.1,
        ..Shot::photograph(r, NEAR, 3.0)
    }),
    matrix("box-turned", a_box, |r| Shot {
        turned: [r.between(-180.0, 180.0), 0.0, 0.0],
        ..of_a_box(r)
    }),
    matrix("box-leaning", a_box, |r| Shot {
        turned: [r.between(-30.0, 30.0), r.between(20.0, 40.0), 5.0],
        ..of_a_box(r)
    }),
    matrix("box-blurred", a_box, |r| Shot {
        blur: r.between(0.35, 0.6),
        ..of_a_box(r)
    }),
    matrix("box-shaken", a_box, |r| Shot {
        motion: r.between(0.5, 1.0),
        ..of_a_box(r)
    }),
    matrix("box-faint", a_box, |r| Shot {
        tones: (r.between(150.0, 175.0), 205.0),
        ..of_a_box(r)
    }),
    matrix("box-negative", a_box, |r| Shot {
        ending: Ending::Negative,
        ..of_a_box(r)
    }),
    matrix(
        "box-dots",
        |r| face(r, Modules::Dots, QUIET_ON_BOXES, false),
        of_a_box,
    ),
    matrix("box-bottle", a_box, |r| Shot {
        bottle: Some(r.between(14.0, 24.0)),
        ..of_a_box(r)
    }),
    matrix("box-scratched", |r| a_box(r).scratched(r, 2), of_a_box),
    matrix("box-uneven-light", a_box, |r| Shot {
        light: 0.2,
        ..of_a_box(r)
    }),
    matrix("box-glare", a_box, |r| Shot {
        lamps: (1, 160.0),
        ..of_a_box(r)
    }),
    matrix(
        "box-no-quiet-zone",
        |r| face(r, Modules::Square, 1, false),
        of_a_box,
    ),
    matrix(
        "box-long",
        |r| face(r, Modules::Square, QUIET_ON_BOXES, true),
        of_a_box,
    ),
];
