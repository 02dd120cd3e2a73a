//! TIFFs as fax servers write them: several pages, black and white, in the codes of T.4 and T.6.

use fax::encoder::Encoder;
use fax::maps::{EOL, black, white};
use fax::{BitWriter, Bits, Color, VecWriter};
use image::GrayImage;

/// How the rows are coded.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Coding {
    /// Each row by itself, after a mark of its own.
    Group3,
    /// Each row against the one above it; the lowest bit of each byte first, as some servers write it.
    Group4,
}

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A little-endian TIFF, one strip a page.
pub(super) fn tiff(pages: &[&GrayImage], coding: Coding) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut points_here = 4;
    for page in pages {
        let strip = coded(page, coding);
        let start = length(bytes.len());
        bytes.extend(&strip);
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        let place = length(bytes.len()).to_le_bytes();
        bytes[points_here..points_here + 4].copy_from_slice(&place);
        let (compression, fill_order) = match coding {
            Coding::Group3 => (3, 1),
            Coding::Group4 => (4, 2),
        };
        let fields = [
            (256, LONG, page.width()),
            (257, LONG, page.height()),
            (258, SHORT, 1),
            (259, SHORT, compression),
            (262, SHORT, 0),
            (266, SHORT, fill_order),
            (273, LONG, start),
            (277, SHORT, 1),
            (278, LONG, page.height()),
            (279, LONG, length(strip.len())),
        ];
        bytes.extend(u16::try_from(fields.len()).unwrap().to_le_bytes());
        for (tag, kind, value) in fields {
            bytes.extend(u16::to_le_bytes(tag));
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        points_here = bytes.len();
        bytes.extend([0; 4]);
    }
    bytes
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap()
}

fn coded(page: &GrayImage, coding: Coding) -> Vec<u8> {
    let rows = page.rows().map(|row| {
        row.map(|pixel| {
            if pixel.0[0] < 128 {
                Color::Black
            } else {
                Color::White
            }
        })
        .collect::<Vec<_>>()
    });
    match coding {
        Coding::Group4 => {
            let mut encoder = Encoder::new(VecWriter::new());
            for row in rows {
                let width = u16::try_from(row.len()).unwrap();
                encoder.encode_line(row.into_iter(), width).unwrap();
            }
            let bytes = encoder.finish().unwrap().finish();
            bytes.into_iter().map(u8::reverse_bits).collect()
        }
        Coding::Group3 => {
            let mut writer = VecWriter::new();
            for row in rows {
                writer.write(EOL).unwrap();
                let mut colour = Color::White;
                let mut rest = row.as_slice();
                while !rest.is_empty() {
                    let run = rest.iter().take_while(|pixel| **pixel == colour).count();
                    write_run(&mut writer, colour, run);
                    rest = &rest[run..];
                    colour = !colour;
                }
            }
            writer.finish()
        }
    }
}

/// A run is a code of whole sixty-fours, where there are any, and one of the rest.
fn write_run(writer: &mut VecWriter, colour: Color, run: usize) {
    let code = |length: usize| -> Bits {
        let length = u16::try_from(length).unwrap();
        let code = match colour {
            Color::White => white::encode(length),
            Color::Black => black::encode(length),
        };
        code.unwrap()
    };
    if run >= 64 {
        writer.write(code(run / 64 * 64)).unwrap();
    }
    writer.write(code(run % 64)).unwrap();
}
