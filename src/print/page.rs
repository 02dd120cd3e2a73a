//! One page being drawn, measured in points from its top left corner.

use pdf_writer::{Content, Name, Str};
use qrcode::{Color, QrCode};

use super::Paper;
use super::typeface::{Typeface, encoded};

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) typeface: Typeface,
    /// In points.
    pub(crate) size: f32,
    /// 0 black, 1 white.
    pub(crate) shade: f32,
}

impl Style {
    pub(crate) const fn new(typeface: Typeface, size: f32) -> Self {
        Self {
            typeface,
            size,
            shade: 0.0,
        }
    }

    pub(crate) const fn shaded(self, shade: f32) -> Self {
        Self { shade, ..self }
    }

    /// From one line to the next.
    pub(crate) fn leading(self) -> f32 {
        self.size * 1.28
    }
}

/// One page being drawn.
pub(crate) struct Page {
    content: Content,
    height: f32,
}

impl Page {
    pub(crate) fn new(paper: Paper) -> Self {
        Self {
            content: Content::new(),
            height: paper.height,
        }
    }

    /// A text from that place on; `y` is its base line.
    pub(crate) fn text(&mut self, style: Style, x: f32, y: f32, text: &str) {
        self.content
            .begin_text()
            .set_fill_gray(style.shade)
            .set_font(Name(style.typeface.key()), style.size)
            .next_line(x, self.height - y)
            .show(Str(&encoded(text)))
            .end_text();
    }

    /// A text that ends there.
    pub(crate) fn text_up_to(&mut self, style: Style, right: f32, y: f32, text: &str) {
        let length = style.typeface.length(text, style.size);
        self.text(style, right - length, y, text);
    }

    /// Lines one under the other from that place on. Says where they end.
    pub(crate) fn column(&mut self, lines: &[(Style, String)], x: f32, top: f32) -> f32 {
        let mut y = top;
        for (style, text) in lines {
            y += style.leading();
            self.text(*style, x, y, text);
        }
        y
    }

    /// A text that climbs across the page, its middle there.
    pub(crate) fn text_across(&mut self, style: Style, x: f32, y: f32, slope: f32, text: &str) {
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
                self.height - y - half * sine,
            ])
            .show(Str(&encoded(text)))
            .end_text();
    }

    /// A filled rectangle.
    pub(crate) fn area(&mut self, shade: f32, [x, y, width, height]: [f32; 4]) {
        self.content
            .set_fill_gray(shade)
            .rect(x, self.height - y - height, width, height)
            .fill_nonzero();
    }

    /// A thin horizontal line.
    pub(crate) fn rule(&mut self, shade: f32, from: f32, to: f32, y: f32) {
        self.content
            .set_stroke_gray(shade)
            .set_line_width(0.6)
            .move_to(from, self.height - y)
            .line_to(to, self.height - y)
            .stroke();
    }

    /// A QR code, its top left module there. One path for all modules: no seams between them.
    pub(crate) fn code(&mut self, code: &QrCode, module: f32, left: f32, top: f32) {
        let mut x = left;
        let mut y = top;
        self.content.set_fill_gray(0.0);
        for row in code.to_colors().chunks_exact(code.width()) {
            for run in row.chunk_by(|one, next| one == next) {
                let width = f32::from(u16::try_from(run.len()).unwrap_or(u16::MAX)) * module;
                if run.first() == Some(&Color::Dark) {
                    self.content.rect(x, self.height - y - module, width, module);
                }
                x += width;
            }
            x = left;
            y += module;
        }
        self.content.fill_nonzero();
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }
}
