//! Makes the pictures of `test-images/`: `cargo test --test it make_images -- --ignored`.
//!
//! All of them come from our own sheet of fictitious people, and the same pictures come out each
//! time: the noise is seeded.

mod boxes;
mod contact_sheet;
mod faxes;
mod wear;

use std::fs;
use std::path::{Path, PathBuf};

use comptoir::training::sheet;
use fastrand::Rng;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{
    DynamicImage, ExtendedColorType, Frame, GrayImage, ImageBuffer, ImageEncoder, ImageFormat, Luma, Rgb,
    RgbImage, Rgba, imageops,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use qrcode::{Color, EcLevel, QrCode};

use crate::sheets::{NUMBER, SAMPLE_PDF};

const ADDRESS: &str = "https://cabinet-modele.example/rendez-vous";

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-images")
}

/// What a file should be read as: the texts of its codes, escaped where no one could see them, or the error.
fn expect(name: &str, lines: &[&str]) {
    let stem = Path::new(name).file_stem().unwrap().to_str().unwrap();
    fs::write(
        folder().join(format!("{stem}.expected.txt")),
        lines.join("\n") + "\n",
    )
    .unwrap();
}

fn keep_bytes(name: &str, bytes: impl AsRef<[u8]>, expected: &[&str]) {
    fs::write(folder().join(name), bytes).unwrap();
    expect(name, expected);
}

/// The format is told by the name.
fn keep(name: &str, picture: &GrayImage, expected: &[&str]) {
    let format = ImageFormat::from_path(name).unwrap();
    picture.save_with_format(folder().join(name), format).unwrap();
    expect(name, expected);
}

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_images() {
    fs::create_dir_all(folder()).unwrap();
    let png = sheet::png(&SAMPLE_PDF).unwrap();
    let page = image::load_from_memory(&png).unwrap().into_luma8();
    // Half the size is enough for formats without compression, and for a code of 3.5 pixels a module.
    let small = imageops::resize(
        &page,
        page.width() / 2,
        page.height() / 2,
        imageops::FilterType::Triangle,
    );

    keep_bytes("clean-sheet.png", &png, &[NUMBER]);
    keep_bytes("clean-pdf.pdf", &*SAMPLE_PDF, &[NUMBER]);
    keep("clean-jpeg.jpg", &page, &[NUMBER]);
    keep("clean-webp.webp", &page, &[NUMBER]);
    keep("clean-tiff.tiff", &small, &[NUMBER]);
    keep("clean-bmp.bmp", &small, &[NUMBER]);

    keep("rotated-90.png", &imageops::rotate90(&page), &[NUMBER]);
    keep("rotated-17.jpg", &turned(&page, 17.0), &[NUMBER]);
    phone_photo(&page)
        .save_with_format(folder().join("phone-photo.jpg"), ImageFormat::Jpeg)
        .unwrap();
    expect("phone-photo.jpg", &[NUMBER]);
    keep("low-contrast.jpg", &faint(&page), &[NUMBER]);

    let mut two = page.clone();
    imageops::replace(&mut two, &code(ADDRESS, 5), 900, 1_180);
    keep("two-codes.png", &two, &[NUMBER, ADDRESS]);
    keep("not-a-prescription.png", &code(ADDRESS, 6), &[ADDRESS]);
    keep("tiny.png", &code(NUMBER, 2), &[NUMBER]);
    let mut without = page.clone();
    imageops::replace(
        &mut without,
        &GrayImage::from_pixel(300, 200, Luma([255])),
        20,
        1_420,
    );
    keep("no-code.png", &without, &["! no-code"]);

    keep_bytes("truncated.png", &png[..png.len() / 2], &["! truncated"]);
    keep_bytes(
        "text-named-png.png",
        "Ordonnance du 20 novembre 2026\n",
        &["! not-a-picture"],
    );
    keep_bytes("huge-dimensions.png", huge(), &["! too-large"]);
}

/// The foot of the sheet, where the code is: as much of a page as a wear needs, in a small file.
fn foot(page: &GrayImage) -> GrayImage {
    wear::part(page, 0.0, 1_330.0, 700.0, 330.0)
}

/// The middle of the code on that foot.
const CODE: (f64, f64) = (182.0, 185.0);

fn colours(picture: RgbImage) -> DynamicImage {
    DynamicImage::ImageRgb8(picture)
}

/// The format is told by the name.
fn keep_any(name: &str, picture: &DynamicImage, expected: &[&str]) {
    let format = ImageFormat::from_path(name).unwrap();
    picture.save_with_format(folder().join(name), format).unwrap();
    expect(name, expected);
}

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_worn_sheets() {
    let png = sheet::png(&SAMPLE_PDF).unwrap();
    let page = image::load_from_memory(&png).unwrap().into_luma8();
    let foot = foot(&page);
    for (name, picture) in [
        ("crumpled.jpg", wear::crumpled(&foot)),
        ("fax.png", wear::faxed(&foot)),
        ("thermal.jpg", wear::thermal(&foot, 70.0)),
        ("thermal-faded.jpg", wear::thermal(&foot, 170.0)),
        ("folded.jpg", wear::folded(&foot, CODE.0 + 40.0)),
        ("evening.jpg", wear::in_the_evening(&foot)),
        ("shadow.jpg", wear::shadowed(&foot)),
        ("glare.jpg", wear::glaring(&foot, (CODE.0 + 60.0, CODE.1 - 50.0))),
        ("blurred.jpg", wear::blurred(&foot, 2.2)),
        ("shaken.jpg", wear::shaken(&foot, 7)),
        ("faded.jpg", wear::faded(&foot, 24.0)),
        ("inverted.png", {
            let mut negative = foot.clone();
            imageops::invert(&mut negative);
            negative
        }),
        ("mirrored.png", imageops::flip_horizontal(&foot)),
        ("upside-down.png", imageops::rotate180(&foot)),
        ("bottle.jpg", wear::around_a_bottle(&foot)),
    ] {
        keep(name, &picture, &[NUMBER]);
    }
    keep_any(
        "coffee.jpg",
        &colours(wear::stained(&foot, (CODE.0 + 20.0, CODE.1 + 30.0), 70.0)),
        &[NUMBER],
    );
    keep_any("pen.jpg", &colours(wear::scribbled(&foot, CODE, 70.0)), &[NUMBER]);
    keep_any("screen.jpg", &colours(wear::moire(&code(NUMBER, 9))), &[NUMBER]);
    let mut poor = Vec::new();
    JpegEncoder::new_with_quality(&mut poor, 8)
        .write_image(&foot, foot.width(), foot.height(), ExtendedColorType::L8)
        .unwrap();
    keep_bytes("poor-jpeg.jpg", poor, &[NUMBER]);
    let mut large = GrayImage::from_pixel(2_600, 1_800, Luma([255]));
    imageops::replace(&mut large, &code(NUMBER, 2), 1_900, 1_500);
    keep("tiny-on-a-page.png", &large, &[NUMBER]);
    let (handed_out, numbers) = page_of_codes();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    keep("page-of-codes.png", &handed_out, &numbers);
    keep(
        "declared-characters.png",
        &drawn(&code_in_latin_9(b"Dr \xbcuvrard, 8 \xa4"), 5),
        &["Dr Œuvrard, 8 €"],
    );
}

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_formats() {
    let png = sheet::png(&SAMPLE_PDF).unwrap();
    let page = image::load_from_memory(&png).unwrap().into_luma8();
    let foot = foot(&page);
    let (width, height) = foot.dimensions();
    let colour = DynamicImage::ImageLuma8(foot.clone()).into_rgba8();
    let mut other = GrayImage::from_pixel(width, height, Luma([255]));
    imageops::replace(&mut other, &code(ADDRESS, 4), 300, 60);
    let mut frames = Vec::new();
    GifEncoder::new(&mut frames)
        .encode_frames(
            [&foot, &other].map(|frame| Frame::new(DynamicImage::ImageLuma8(frame.clone()).into_rgba8())),
        )
        .unwrap();
    keep_bytes("two-frames.gif", frames, &[NUMBER]);
    let clear = ImageBuffer::from_fn(width, height, |x, y| {
        let ink = 255 - foot.get_pixel(x, y).0[0];
        Rgba([0, 0, 0, ink])
    });
    keep_any("transparent.png", &DynamicImage::ImageRgba8(clear), &[NUMBER]);
    let deep = ImageBuffer::from_fn(width, height, |x, y| {
        Luma([u16::from(foot.get_pixel(x, y).0[0]) * 40 + 12_000])
    });
    keep_any("sixteen-bits.png", &DynamicImage::ImageLuma16(deep), &[NUMBER]);
    let palette: GrayImage = DynamicImage::ImageRgba8(colour).into_luma8();
    let mut noted = Vec::new();
    let mut encoder = JpegEncoder::new(&mut noted);
    // A TIFF header, one field: orientation (0x0112), a short, 6: turned a quarter to the right when shown.
    let note = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    encoder.set_exif_metadata(note.to_vec()).unwrap();
    encoder
        .write_image(&palette, width, height, ExtendedColorType::L8)
        .unwrap();
    keep_bytes("turned-by-a-note.jpg", noted, &[NUMBER]);
    let blank = GrayImage::from_pixel(foot.width(), foot.height(), Luma([255]));
    for (name, pages, code) in [
        (
            "fax-second-page.tiff",
            [&blank, &foot].as_slice(),
            faxes::Coding::Group4,
        ),
        ("fax-old.tiff", &[&foot], faxes::Coding::Group3),
    ] {
        keep_bytes(name, faxes::tiff(pages, code), &[NUMBER]);
    }
    keep_bytes("scan.pdf", scanned_pdf(&[&foot]), &[NUMBER]);
    keep_bytes(
        "scan-second-page.pdf",
        scanned_pdf(&[&GrayImage::from_pixel(700, 330, Luma([250])), &foot]),
        &[NUMBER],
    );
}

/// A PDF as a copier makes it: a JPEG on each page.
fn scanned_pdf(pages: &[&GrayImage]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let reference = |number: usize| Ref::new(i32::try_from(number).unwrap());
    pdf.catalog(reference(1)).pages(reference(2));
    pdf.pages(reference(2))
        .kids((0..pages.len()).map(|page| reference(3 + 3 * page)))
        .count(i32::try_from(pages.len()).unwrap());
    for (number, picture) in pages.iter().enumerate() {
        let [page, image, drawn] = [3, 4, 5].map(|first| reference(first + 3 * number));
        let (width, height) = picture.dimensions();
        // Scanned at 150 dots per inch.
        let points = |pixels: u32| f32::from(u16::try_from(pixels).unwrap()) * 72.0 / 150.0;
        let mut writer = pdf.page(page);
        writer
            .parent(reference(2))
            .media_box(Rect::new(0.0, 0.0, points(width), points(height)))
            .contents(drawn);
        writer.resources().x_objects().pair(Name(b"Scan"), image);
        writer.finish();
        let mut content = Content::new();
        content
            .transform([points(width), 0.0, 0.0, points(height), 0.0, 0.0])
            .x_object(Name(b"Scan"));
        pdf.stream(drawn, &content.finish());
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg)
            .write_image(picture, width, height, ExtendedColorType::L8)
            .unwrap();
        let mut written = pdf.image_xobject(image, &jpeg);
        written.filter(Filter::DctDecode);
        written.width(i32::try_from(width).unwrap());
        written.height(i32::try_from(height).unwrap());
        written.color_space().device_gray();
        written.bits_per_component(8);
    }
    pdf.finish()
}

const CIP13: &str = "3400933857042";

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_boxes() {
    use boxes::{box_text, code_128, ean_13, face, matrix};
    let text = box_text(CIP13, "AB12C", "SN0000000000001");
    let seen = text.escape_debug().to_string();
    let code = matrix(&text, 5, true);
    let plain = face(640, 420, &[(&code, 60, 40)]);
    for (name, picture) in [
        ("box.jpg", plain.clone()),
        ("box-turned.jpg", turned(&plain, 33.0)),
        ("box-blurred.jpg", wear::blurred(&plain, 1.6)),
        ("box-faded.jpg", wear::faded(&plain, 40.0)),
        (
            "box-bottle.jpg",
            wear::around_a_bottle(&face(640, 420, &[(&code, 255, 40)])),
        ),
        (
            "box-dots.jpg",
            face(640, 420, &[(&wear::dotted(&matrix(&text, 8, true), 8), 60, 20)]),
        ),
        ("box-inverted.png", {
            let mut negative = plain.clone();
            imageops::invert(&mut negative);
            negative
        }),
    ] {
        keep(name, &picture, &[&seen]);
    }
    let second = box_text("3400930091357", "MA00614A", "SN0000000000002");
    let other = matrix(&second, 5, true);
    let both = face(900, 420, &[(&code, 60, 40), (&other, 560, 60)]);
    keep("box-two.png", &both, &[&seen, &second.escape_debug().to_string()]);
    let bars = ean_13(CIP13, 2);
    keep("box-bars.png", &face(640, 420, &[(&bars, 200, 60)]), &[CIP13]);
    keep(
        "box-bars-upright.png",
        &imageops::rotate90(&face(640, 420, &[(&bars, 200, 60)])),
        &[CIP13],
    );
    let foreign = "0104150123456782172809301 0X1".replace(' ', "");
    keep(
        "box-foreign.png",
        &face(640, 420, &[(&matrix(&foreign, 5, true), 60, 40)]),
        &[&foreign],
    );
    let patient = "IS010000000000000000000000S1279035121518989S21.2.250.1.213.1.4.10\u{1d}S3ANNE\u{1d}S4MARTIN\u{1d}S5F\u{1d}S615-03-1979S751215";
    let seen_patient = patient.escape_debug().to_string();
    keep("patient.png", &matrix(patient, 4, false), &[&seen_patient]);
    let png = sheet::png(&SAMPLE_PDF).unwrap();
    let mut page = image::load_from_memory(&png).unwrap().into_luma8();
    imageops::replace(&mut page, &matrix(patient, 3, false), 900, 1_380);
    imageops::replace(&mut page, &code_128("10003456789", 2), 600, 1_200);
    keep(
        "sheet-with-everything.png",
        &page,
        &[NUMBER, &seen_patient, "10003456789"],
    );
    keep(
        "matrix-of-nothing-known.png",
        &matrix("Bonjour", 6, false),
        &["! no-code"],
    );
}

#[test]
#[ignore = "writes test-images/, only on demand"]
fn make_hostile_images() {
    for (name, text) in [
        (
            "hostile-escapes.png",
            "\u{1b}[2J\u{1b}]0;titre\u{7} 01K7M4QX2RT9WBHV6P",
        ),
        ("hostile-bidi.png", "\u{202e}P6VHBW9TR2XQ4M7K10\u{200b}\u{0}"),
        (
            "hostile-script.png",
            "<script>alert(1)</script>'; DROP TABLE patients; --",
        ),
        ("hostile-glued.png", "01K7M4QX2RT9WBHV6P01K7M4QX2RT9WBHV6P"),
        (
            "german-token.png",
            "{\"urls\":[\"Task/160.000.111.222.333.44/$accept?ac=0123456789abcdef\"]}",
        ),
    ] {
        keep(name, &code(text, 4), &[&text.escape_debug().to_string()]);
    }
    let long = "A1".repeat(1_000);
    keep("hostile-long.png", &code(&long, 3), &[&long]);
    // Squares like those in the corners of a code, everywhere.
    let bomb = GrayImage::from_fn(900, 900, |x, y| {
        let from_centre = |at: u32| (at / 2 % 9).abs_diff(4);
        let ring = from_centre(x).max(from_centre(y));
        Luma([if matches!(ring, 0 | 1 | 3) { 0 } else { 255 }])
    });
    keep("bomb-of-corners.png", &bomb, &["! no-code"]);
    let mut random = Rng::with_seed(31);
    let noise = GrayImage::from_fn(700, 700, |_, _| Luma([if random.bool() { 0 } else { 255 }]));
    keep("bomb-of-noise.png", &noise, &["! no-code"]);
    let stripes = GrayImage::from_fn(1_600, 1_600, |x, _| Luma([if x / 4 % 2 == 0 { 0 } else { 255 }]));
    keep("bomb-of-stripes.png", &stripes, &["! no-code"]);
    let sliver = GrayImage::from_fn(8_000, 1, |x, _| Luma([if x % 7 < 3 { 0 } else { 255 }]));
    keep("sliver.png", &sliver, &["! no-code"]);
    let jpeg = fs::read(folder().join("box.jpg")).unwrap();
    keep_bytes("truncated-jpeg.jpg", &jpeg[..jpeg.len() / 3], &["! truncated"]);
    let jpeg = fs::read(folder().join("evening.jpg")).unwrap();
    keep_bytes(
        "truncated-after-the-code.jpg",
        &jpeg[..jpeg.len() * 4 / 5],
        &[NUMBER],
    );
    // Upside down: the code comes first.
    let png = fs::read(folder().join("upside-down.png")).unwrap();
    keep_bytes(
        "truncated-png-after-the-code.png",
        &png[..png.len() * 19 / 20],
        &[NUMBER],
    );
    keep_bytes("truncated-pdf.pdf", &SAMPLE_PDF[..200], &["! truncated"]);
    keep_bytes("empty.png", [], &["! empty"]);
    keep_bytes(
        "page-named-jpg.jpg",
        "<!doctype html><title>Ordonnance</title>",
        &["! not-a-picture"],
    );
    // A GIF that claims 65,535 pixels each way and holds none.
    keep_bytes(
        "claims-too-much.gif",
        b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
        &["! too-large"],
    );
}

/// 156 million white pixels in a file that looks harmless.
fn huge() -> Vec<u8> {
    const SIDE: u32 = 12_500;
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::NoFilter)
        .write_image(
            &vec![255; (SIDE * SIDE) as usize],
            SIDE,
            SIDE,
            ExtendedColorType::L8,
        )
        .unwrap();
    bytes
}

/// What a training session hands out: more codes than a prescription has.
fn page_of_codes() -> (GrayImage, Vec<String>) {
    let mut page = GrayImage::from_pixel(900, 760, Luma([255]));
    let numbers: Vec<String> = (0..30)
        .map(|place| format!("01K7M4QX2RT9WBH{place:02}P"))
        .collect();
    for (place, number) in (0..).zip(&numbers) {
        imageops::replace(&mut page, &code(number, 4), place % 6 * 150, place / 6 * 150);
    }
    (page, numbers)
}

/// A code that declares its character set, ISO 8859-15.
fn code_in_latin_9(text: &[u8]) -> QrCode {
    const LATIN_9: u32 = 17;
    let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(2));
    bits.push_eci_designator(LATIN_9).unwrap();
    bits.push_byte_data(text).unwrap();
    bits.push_terminator(EcLevel::M).unwrap();
    QrCode::with_bits(bits, EcLevel::M).unwrap()
}

/// A QR code alone, with its quiet zone.
fn code(text: &str, module: u32) -> GrayImage {
    drawn(
        &QrCode::with_error_correction_level(text, EcLevel::M).unwrap(),
        module,
    )
}

fn drawn(code: &QrCode, module: u32) -> GrayImage {
    const QUIET: u32 = 4;
    let modules = u32::try_from(code.width()).unwrap();
    let side = (modules + 2 * QUIET) * module;
    GrayImage::from_fn(side, side, |x, y| {
        let (column, row) = ((x / module).wrapping_sub(QUIET), (y / module).wrapping_sub(QUIET));
        let is_inside = column < modules && row < modules;
        let is_dark = is_inside && code[(column as usize, row as usize)] == Color::Dark;
        Luma([if is_dark { 0 } else { 255 }])
    })
}

/// The shade at a place between pixels; white outside.
fn shade_at(picture: &GrayImage, x: f64, y: f64) -> f64 {
    let pixel = |x: f64, y: f64| {
        let is_inside =
            x >= 0.0 && y >= 0.0 && x < f64::from(picture.width()) && y < f64::from(picture.height());
        if is_inside {
            f64::from(picture.get_pixel(whole(x), whole(y)).0[0])
        } else {
            255.0
        }
    };
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let upper = pixel(left, top) * (1.0 - across) + pixel(left + 1.0, top) * across;
    let lower = pixel(left, top + 1.0) * (1.0 - across) + pixel(left + 1.0, top + 1.0) * across;
    upper * (1.0 - down) + lower * down
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels of a picture, clamped by the callers"
)]
fn whole(place: f64) -> u32 {
    place as u32
}

fn shade(value: f64) -> u8 {
    u8::try_from(whole(value.clamp(0.0, 255.0).round())).unwrap()
}

/// A sheet laid askew on the scanner.
fn turned(page: &GrayImage, degrees: f64) -> GrayImage {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(page.width()), f64::from(page.height()));
    let (new_width, new_height) = (width * cosine + height * sine, width * sine + height * cosine);
    GrayImage::from_fn(whole(new_width), whole(new_height), |x, y| {
        let (x, y) = (f64::from(x) - new_width / 2.0, f64::from(y) - new_height / 2.0);
        let there = (
            cosine * x + sine * y + width / 2.0,
            cosine * y - sine * x + height / 2.0,
        );
        Luma([shade(shade_at(page, there.0, there.1))])
    })
}

/// Faint toner on grey paper, with the grain of a cheap scanner.
fn faint(page: &GrayImage) -> GrayImage {
    let mut random = Rng::with_seed(1);
    GrayImage::from_fn(page.width(), page.height(), |x, y| {
        let ink = 172.0 + f64::from(page.get_pixel(x, y).0[0]) * 26.0 / 255.0;
        Luma([shade(ink + grain(&mut random, 2.0))])
    })
}

/// Noise of about a normal law: the mean of twelve even ones.
fn grain(random: &mut Rng, spread: f64) -> f64 {
    ((0..12).map(|_| random.f64()).sum::<f64>() - 6.0) * spread
}

/// The sheet on a wooden counter, seen at an angle, in the evening, by a hand that moved.
fn phone_photo(page: &GrayImage) -> RgbImage {
    let (width, height) = (1_200_u32, 1_600_u32);
    // Where the corners of the sheet are seen: top left, top right, bottom right, bottom left.
    let to_sheet = perspective([
        (205.0, 130.0),
        (1_010.0, 205.0),
        (1_130.0, 1_500.0),
        (70.0, 1_395.0),
    ]);
    let mut random = Rng::with_seed(2);
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        // Five moments while the hand moved.
        let seen = |moment: f64| {
            let (u, v) = to_sheet(x + moment, y + moment / 2.0);
            let is_sheet = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            is_sheet.then(|| shade_at(page, u * f64::from(page.width()), v * f64::from(page.height())))
        };
        let wood = 92.0 + 14.0 * (x / 23.0 + (y / 61.0).sin() * 2.0).sin();
        let moments = [-0.8, -0.4, 0.0, 0.4, 0.8].map(|moment| seen(moment).map(|shade| shade * 0.86));
        let light =
            1.0 - 0.55 * (x / f64::from(width)) * (y / f64::from(height)) - 0.1 * y / f64::from(height);
        let mean = moments.iter().map(|shade| shade.unwrap_or(wood)).sum::<f64>() / 5.0;
        let is_wood = moments.iter().all(Option::is_none);
        let noise = grain(&mut random, 6.0);
        let warm = if is_wood {
            [1.25, 0.95, 0.65]
        } else {
            [1.04, 1.0, 0.9]
        };
        Rgb(warm.map(|tint| shade(mean * tint * light + noise)))
    })
}

/// From a place in the photo to a place on the sheet, both sides of which are 1 long.
///
/// The four corners make a projective map of the unit square; this is its inverse.
fn perspective([first, second, third, fourth]: [(f64, f64); 4]) -> impl Fn(f64, f64) -> (f64, f64) {
    let minus = |one: (f64, f64), other: (f64, f64)| (one.0 - other.0, one.1 - other.1);
    let cross = |one: (f64, f64), other: (f64, f64)| one.0 * other.1 - other.0 * one.1;
    let (right, bottom) = (minus(second, third), minus(fourth, third));
    let skew = minus(minus(first, second), minus(fourth, third));
    let along = cross(skew, bottom) / cross(right, bottom);
    let down = cross(right, skew) / cross(right, bottom);
    let across = |corner: (f64, f64), bend: f64| {
        (
            corner.0 - first.0 + bend * corner.0,
            corner.1 - first.1 + bend * corner.1,
        )
    };
    let (to_right, to_bottom) = (across(second, along), across(fourth, down));
    move |x, y| {
        // Cramer's rule on x = (right.x u + bottom.x v + first.x) / (along u + down v + 1), and on y.
        let from = minus((x, y), first);
        let u_axis = (to_right.0 - along * x, to_right.1 - along * y);
        let v_axis = (to_bottom.0 - down * x, to_bottom.1 - down * y);
        let whole = cross(u_axis, v_axis);
        (cross(from, v_axis) / whole, cross(u_axis, from) / whole)
    }
}
