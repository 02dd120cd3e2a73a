//! One page being drawn, measured in points from its top left corner.

use pdf_writer::{Content, Name, Str};
use qrcode::{Color, QrCode};

use crate::training::sheet::layout::PAGE_HEIGHT;
use crate::training::sheet::typeface::{Typeface, encoded};

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) typeface: Typeface,
    /// In points.
    pub(super) size: f32,
    /// 0 black, 1 white.
    pub(super) shade: f32,
}

impl Style {
    pub(super) const fn new(typeface: Typeface, size: f32) -> Self {
        Self {
            typeface,
            size,
            shade: 0.0,
        }
    }

    pub(super) const fn shaded(self, shade: f32) -> Self {
        Self { shade, ..self }
    }

    /// From one line to the next.
    pub(super) fn leading(self) -> f32 {
        self.size * 1.28
    }
}

/// One page being drawn.
pub(super) struct Page {
    content: Content,
}

impl Page {
    pub(super) fn new() -> Self {
        Self {
            content: Content::new(),
        }
    }

    /// A text from that place on; `y` is its base line.
    pub(super) fn text(&mut self, style: Style, x: f32, y: f32, text: &str) {
        self.content
            .begin_text()
            .set_fill_gray(style.shade)
            .set_font(Name(style.typeface.key()), style.size)
            .next_line(x, PAGE_HEIGHT - y)
            .show(Str(&encoded(text)))
            .end_text();
    }

    /// A text that ends there.
    pub(super) fn text_up_to(&mut self, style: Style, right: f32, y: f32, text: &str) {
        let length = style.typeface.length(text, style.size);
        self.text(style, right - length, y, text);
    }

    /// A text that climbs across the page, its middle there.
    pub(super) fn text_across(&mut self, style: Style, x: f32, y: f32, slope: f32, text: &str) {
        let half = style.typeface.length(text, style.size) / 2.0;
        let (sine, cosine) = slope.to_radians().sin_cos();
        self.content
            .begin_text()
            .set_fill_gray(style.shade)
            .set_font(Name(style.typeface.key()), style.size)
            .set_text_matrix([
                cosine,
                sine,
                -sine,
                cosine,
                x - half * cosine,
                PAGE_HEIGHT - y - half * sine,
            ])
            .show(Str(&encoded(text)))
            .end_text();
    }

    /// A filled rectangle.
    pub(super) fn area(&mut self, shade: f32, [x, y, width, height]: [f32; 4]) {
        self.content
            .set_fill_gray(shade)
            .rect(x, PAGE_HEIGHT - y - height, width, height)
            .fill_nonzero();
    }

    /// A thin horizontal line.
    pub(super) fn rule(&mut self, shade: f32, from: f32, to: f32, y: f32) {
        self.content
            .set_stroke_gray(shade)
            .set_line_width(0.6)
            .move_to(from, PAGE_HEIGHT - y)
            .line_to(to, PAGE_HEIGHT - y)
            .stroke();
    }

    /// A QR code, its top left module there. One path for all modules: no seams between them.
    pub(super) fn code(&mut self, code: &QrCode, module: f32, left: f32, top: f32) {
        let mut x = left;
        let mut y = top;
        self.content.set_fill_gray(0.0);
        for row in code.to_colors().chunks_exact(code.width()) {
            for run in row.chunk_by(|one, next| one == next) {
                let width = f32::from(u16::try_from(run.len()).unwrap_or(u16::MAX)) * module;
                if run.first() == Some(&Color::Dark) {
                    self.content.rect(x, PAGE_HEIGHT - y - module, width, module);
                }
                x += width;
            }
            x = left;
            y += module;
        }
        self.content.fill_nonzero();
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }
}
