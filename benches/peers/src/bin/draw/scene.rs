//! What lies before the camera: a sheet, a screen, a page of codes, a box, each flat and as new.

use comptoir::scan::codes::{self, Effort};
use comptoir::scan::image::Picture;
use comptoir::scan::patience::Patience;
use comptoir::scan::pdf;
use comptoir::training::prescribing::PrescriptionOrder;
use comptoir::training::sheet;
use datamatrix::{DataMatrix, SymbolList};
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma, Rgb, RgbImage};
use jiff::civil::date;
use qrcode::{Color, EcLevel, QrCode};
use uuid::Uuid;

use super::random::Random;

/// A flat thing with codes on it.
pub struct Scene {
    /// In colours: ink and coffee are told apart by them.
    pub picture: RgbImage,
    /// What its codes say.
    pub texts: Vec<String>,
    /// The middle of the code that is aimed at.
    pub aim: (f32, f32),
    /// How many pixels a module of that code has.
    pub module: f32,
    /// How many modules it has along a side, without its quiet zone.
    pub modules: f32,
}

/// A code as squares, true where there is ink.
struct Squares {
    side: usize,
    ink: Vec<bool>,
}

/// How the modules of a code are drawn.
#[derive(Clone, Copy, PartialEq)]
pub enum Modules {
    /// As they should be.
    Square,
    /// As dots that do not touch.
    Dots,
}

const QUIET_OF_QR: usize = 4;
const QUIET_OF_MATRIX: usize = 2;

/// A side of the code on a sheet, in millimetres.
const SIDE_ON_SHEET: f32 = 25.0;

/// A text such as a prescriber's software may write: a number, bare or in more, or a link.
fn text(random: &mut Random) -> String {
    let number = format!("{}{}Z", random.digits(2), random.characters(15));
    match random.below(0, 4) {
        0 => number,
        1 => format!("https://ordonnance.example/p/{number}"),
        2 => format!("ORD:{number}{}", random.characters(18)),
        _ => format!("https://exemple.fr/{}", random.characters(18).to_lowercase()),
    }
}

fn level(random: &mut Random) -> EcLevel {
    *random.one_of(&[EcLevel::L, EcLevel::M, EcLevel::M, EcLevel::Q])
}

fn qr(text: &str, level: EcLevel) -> Squares {
    let code = QrCode::with_error_correction_level(text, level).expect("a text that fits");
    Squares {
        side: code.width(),
        ink: code
            .to_colors()
            .iter()
            .map(|colour| *colour == Color::Dark)
            .collect(),
    }
}

fn matrix(text: &str) -> Squares {
    let code = DataMatrix::encode_gs1(text.as_bytes(), SymbolList::default().enforce_square());
    let bitmap = code.expect("a text that fits").bitmap();
    let side = bitmap.width();
    let mut ink = vec![false; side * side];
    for (column, row) in bitmap.pixels() {
        ink[row * side + column] = true;
    }
    Squares { side, ink }
}

impl Squares {
    /// On white, with a quiet zone of so many modules, so many pixels a module.
    fn drawn(&self, quiet: usize, module: f32, modules: Modules) -> GrayImage {
        /// Drawn larger first, so that a module need not be whole pixels.
        const FINE: usize = 16;
        let side = (self.side + 2 * quiet) * FINE;
        let fine = GrayImage::from_fn(side as u32, side as u32, |x, y| {
            let (x, y) = (x as usize, y as usize);
            let (column, row) = ((x / FINE).wrapping_sub(quiet), (y / FINE).wrapping_sub(quiet));
            let is_ink = column < self.side && row < self.side && self.ink[row * self.side + column];
            let from_middle = |place: usize| (place % FINE) as f32 - (FINE - 1) as f32 / 2.0;
            let is_drawn =
                modules == Modules::Square || from_middle(x).hypot(from_middle(y)) < FINE as f32 * 0.47;
            Luma([if is_ink && is_drawn { 0 } else { 255 }])
        });
        let drawn = ((self.side + 2 * quiet) as f32 * module).round() as u32;
        imageops::resize(&fine, drawn, drawn, FilterType::Triangle)
    }
}

/// A sheet of the training base as it is printed, and where its code stands: middle and side.
fn page(random: &mut Random, dpi: u16) -> (GrayImage, (f32, f32), f32) {
    const DOSAGES: [&str; 5] = [
        "1 gélule matin, midi et soir pendant 6 jours",
        "1 comprimé si douleur, au plus 4 par jour, espacés de 6 heures",
        "2 bouffées matin et soir, bien agiter, se rincer la bouche",
        "une application fine le soir sur la peau propre et sèche",
        "10 gouttes dans un demi-verre d'eau avant le coucher",
    ];
    let lines: Vec<String> = (0..random.below(1, 7))
        .map(|_| {
            let name = random.characters(9);
            let dosage = random.one_of(&DOSAGES);
            format!(r#"{{"compound": "PRÉPARATION {name} 500 mg", "dosage": "{dosage}", "boxes": 1}}"#)
        })
        .collect();
    let order = format!(r#"{{"lines": [{}]}}"#, lines.join(", "));
    let order = std::iter::repeat_with(|| Uuid::from_u128(random.seed()))
        .find_map(|seed| PrescriptionOrder::read(&order, seed, date(2026, 11, 20), &|_| None).ok())
        .expect("some seed draws right identifiers");
    let printed = sheet::pdf(order.prescription()).expect("the sheet can be printed");
    let mut first = None;
    pdf::each_page(&printed, dpi, 1, |_, page| first = page.ok()).expect("the sheet can be drawn");
    let grey = pdf::grey(&first.expect("it has a page")).expect("the page has pixels");
    let symbols = codes::read(
        &Picture::of_grey(grey.clone()),
        1,
        Effort::FILE,
        &mut Patience::default(),
    );
    let [top_left, top_right, below, _] = symbols.first().expect("a new sheet is read").corners;
    let middle = (
        (top_left.0 + below.0) as f32 / 2.0,
        (top_left.1 + below.1) as f32 / 2.0,
    );
    let side = ((top_right.0 - top_left.0) as f32).hypot((top_right.1 - top_left.1) as f32);
    let (width, height) = (grey.width() as u32, grey.height() as u32);
    let page = GrayImage::from_raw(width, height, grey.pixels().to_vec()).expect("as many pixels as sides");
    (page, middle, side)
}

fn lay(page: &mut GrayImage, laid: &GrayImage, (x, y): (f32, f32)) {
    let half = laid.width() as f32 / 2.0;
    imageops::replace(page, laid, (x - half) as i64, (y - half) as i64);
}

fn coloured(page: &GrayImage) -> RgbImage {
    RgbImage::from_fn(page.width(), page.height(), |x, y| {
        Rgb([page.get_pixel(x, y).0[0]; 3])
    })
}

/// A sheet with so many codes, at so many dots per inch.
pub fn sheet(random: &mut Random, dpi: u16, codes: usize) -> Scene {
    let (mut page, middle, side) = page(random, dpi);
    // The code that the training base prints gives way to one of the texts compared.
    lay(
        &mut page,
        &GrayImage::from_pixel((side * 1.5) as u32, (side * 1.5) as u32, Luma([255])),
        middle,
    );
    let side = SIDE_ON_SHEET * f32::from(dpi) / 25.4;
    let mut texts = Vec::new();
    let (mut module, mut modules) = (side / 25.0, 25.0);
    for place in 0..codes {
        let text = text(random);
        let squares = qr(&text, level(random));
        module = side / squares.side as f32;
        modules = squares.side as f32;
        let right = place as f32 * (page.width() as f32 - 2.0 * middle.0);
        lay(
            &mut page,
            &squares.drawn(QUIET_OF_QR, module, Modules::Square),
            (middle.0 + right, middle.1),
        );
        texts.push(text);
    }
    Scene {
        picture: coloured(&page),
        texts,
        aim: middle,
        module,
        modules,
    }
}

/// How a code that fills the scene is made.
pub struct Alone {
    /// The fewest and the most characters beside a number.
    pub more: (usize, usize),
    /// How the modules are drawn.
    pub modules: Modules,
    /// How wide its quiet zone is.
    pub quiet: usize,
    /// The ink and the paper.
    pub colours: ([u8; 3], [u8; 3]),
    /// A picture stands in the middle, over that part of its side.
    pub logo: f32,
}

impl Alone {
    /// As the standard wants it.
    pub const PLAIN: Self = Self {
        more: (0, 30),
        modules: Modules::Square,
        quiet: QUIET_OF_QR,
        colours: ([0; 3], [255; 3]),
        logo: 0.0,
    };
}

/// A code alone, as on a screen, a sticker or a poster.
pub fn alone(random: &mut Random, how: &Alone) -> Scene {
    const MODULE: f32 = 12.0;
    let more = random.below(how.more.0, how.more.1 + 1);
    let text = format!("{}{}", text(random), random.characters(more));
    let level = if how.logo > 0.0 { EcLevel::H } else { level(random) };
    let squares = qr(&text, level);
    let mut code = squares.drawn(how.quiet, MODULE, how.modules);
    let middle = code.width() as f32 / 2.0;
    if how.logo > 0.0 {
        let side = (squares.side as f32 * MODULE * how.logo) as u32;
        let logo = GrayImage::from_fn(side, side, |x, y| {
            Luma([if (x / 9 + y / 14) % 3 == 0 { 90 } else { 200 }])
        });
        lay(&mut code, &logo, (middle, middle));
    }
    let (ink, paper) = how.colours;
    let picture = RgbImage::from_fn(code.width(), code.height(), |x, y| {
        let light = u32::from(code.get_pixel(x, y).0[0]);
        let mixed = |channel: usize| {
            (u32::from(ink[channel]) * (255 - light) + u32::from(paper[channel]) * light) / 255
        };
        Rgb([0, 1, 2].map(|channel| mixed(channel) as u8))
    });
    Scene {
        picture,
        texts: vec![text],
        aim: (middle, middle),
        module: MODULE,
        modules: squares.side as f32,
    }
}

/// A page full of codes, as a training session hands them out.
pub fn page_of_codes(random: &mut Random) -> Scene {
    const MODULE: f32 = 5.0;
    let (columns, rows) = (random.below(3, 8), random.below(4, 10));
    let cell = (21.0 + 8.0 + 6.0) * MODULE;
    let mut page = GrayImage::from_pixel(
        (columns as f32 * cell) as u32,
        (rows as f32 * cell) as u32,
        Luma([255]),
    );
    let mut texts = Vec::new();
    for place in 0..columns * rows {
        let number = format!("{}{}Z", random.digits(2), random.characters(15));
        let code = qr(&number, EcLevel::M).drawn(QUIET_OF_QR, MODULE, Modules::Square);
        let middle = |place: usize| (place as f32 + 0.5) * cell;
        lay(
            &mut page,
            &code,
            (middle(place % columns), middle(place / columns)),
        );
        texts.push(number);
    }
    let aim = (page.width() as f32 / 2.0, page.height() as f32 / 2.0);
    Scene {
        picture: coloured(&page),
        texts,
        aim,
        module: MODULE,
        modules: columns.max(rows) as f32 * 35.0,
    }
}

/// The face of a medicine box with its DataMatrix.
pub fn face(random: &mut Random, modules: Modules, quiet: usize, is_long: bool) -> Scene {
    const MODULE: f32 = 10.0;
    let gtin = with_check_digit(&format!("034009{}", random.digits(7)));
    let length =
        |random: &mut Random, least: usize, most: usize| if is_long { 20 } else { random.below(least, most) };
    let lot_length = length(random, 5, 10);
    let lot = random.characters(lot_length);
    let serial_length = length(random, 10, 18);
    let serial = random.characters(serial_length);
    let (year, month) = (random.below(27, 32), random.below(1, 13));
    let text = format!("01{gtin}17{year}{month:02}2810{lot}\u{1d}21{serial}");
    let squares = matrix(&text);
    let code = squares.drawn(quiet, MODULE, modules);
    let side = code.width();
    let mut page = GrayImage::from_fn(side * 4, side * 3, |x, y| {
        let (column, row) = (x * 24 / side, y * 16 / side);
        // Words in lines, and a band of colour, as on every box.
        let is_word = row % 3 == 0 && (column * 7 + row * 5) % 11 < 8 && x > side * 2;
        Luma([if is_word {
            60
        } else if y > side * 5 / 2 {
            150
        } else {
            240
        }])
    });
    let middle = (side as f32 * 0.9, side as f32 * 1.1);
    lay(&mut page, &code, middle);
    Scene {
        picture: coloured(&page),
        texts: vec![text],
        aim: middle,
        module: MODULE,
        modules: squares.side as f32,
    }
}

/// The quiet zone that a DataMatrix has on most boxes.
pub const QUIET_ON_BOXES: usize = QUIET_OF_MATRIX;

fn with_check_digit(digits: &str) -> String {
    let weighted = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| usize::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 });
    format!("{digits}{}", (10 - weighted.sum::<usize>() % 10) % 10)
}
